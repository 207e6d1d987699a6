export type { Handle, HandleContext } from './batch.ts';
export {
  liveVersion,
  type ProjectionBuild,
  type ProjectionLag,
  projections,
} from './builds.ts';
export {
  type JournalParkedRow,
  type JournalProjectionRow,
  type JournalProjectionStateRow,
  projectionEntities,
} from './entities.ts';
export { type Folded, type FoldOptions, fold } from './fold.ts';
export { amendMessage, clearMessages, compactMessages, popMessages, retractMessages } from './follow-ups.ts';
export type { Items } from './items.ts';
export type { BuildStatus } from './lease.ts';
export { project$ } from './live-state.ts';
export { messages, type ResolvedMessage } from './messages.ts';
export type { ParkedEntry } from './parked.ts';
export { defineProjection, foldEntries, type Projection } from './projection.ts';
export { Projector, type ProjectorDefinition, type ProjectorOptions, type RunOptions } from './projector.ts';
export type { ProjectionEvent } from './report.ts';
export { type ToolCall, toolCalls } from './tool-calls.ts';
export { type Spent, type Usage, usage } from './usage.ts';
