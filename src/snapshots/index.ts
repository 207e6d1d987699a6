export { type JournalSnapshotRow, snapshotEntity } from './entities.ts';
