export { type JournalSnapshotRow, snapshotEntity } from './entities.ts';
export type { Damage, Finding } from './finding.ts';
export { load, loadIn } from './load.ts';
export { type RebuildOptions, type RebuildProgress, rebuildSnapshots } from './rebuild.ts';
export { refresh } from './refresh.ts';
export type { SnapshotEvent } from './report.ts';
export { type JournalStats, stats } from './stats.ts';
export { type VerifyOptions, type VerifyProgress, verify } from './verify.ts';
export { foldHash } from './whole.ts';
