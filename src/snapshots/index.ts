export { type JournalSnapshotRow, snapshotEntity } from './entities.ts';
export { load } from './load.ts';
export { refresh } from './refresh.ts';
export type { SnapshotEvent } from './report.ts';
