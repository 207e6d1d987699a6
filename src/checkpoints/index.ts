export { checkpointEntity, type JournalCheckpointRow } from './entities.ts';
