export type { ChangeOptions, Checkpoint, CheckpointHead, ListOptions } from './checkpoint.ts';
export { CheckpointStore, type CheckpointStoreOptions } from './checkpoint-store.ts';
export { checkpointEntity, type JournalCheckpointRow } from './entities.ts';
export { type CheckpointKey, type StoredKey, storedKey } from './key.ts';
export {
  type CheckpointHeadRow,
  checkpointDigest,
  checkpointText,
  decodedValue,
  lockRow,
  readRow,
  tryPutRow,
} from './rows.ts';
