export {
  type JournalParkedRow,
  type JournalProjectionRow,
  type JournalProjectionStateRow,
  projectionEntities,
} from './entities.ts';
export { type Folded, type FoldOptions, fold } from './fold.ts';
export { amendMessage, clearMessages, compactMessages, popMessages, retractMessages } from './follow-ups.ts';
export { messages, type ResolvedMessage } from './messages.ts';
export { defineProjection, foldEntries, type Projection } from './projection.ts';
export type { ProjectionEvent } from './report.ts';
export { type ToolCall, toolCalls } from './tool-calls.ts';
export { type Spent, type Usage, usage } from './usage.ts';
