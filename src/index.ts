export {
  CheckpointConflictError,
  CheckpointKeyCollisionError,
  CorruptCheckpointError,
} from './agent-errors.ts';
export {
  type ChangeOptions,
  type Checkpoint,
  type CheckpointHead,
  type CheckpointKey,
  CheckpointStore,
  type CheckpointStoreOptions,
  type JournalCheckpointRow,
  type ListOptions,
} from './checkpoints/index.ts';
export { sqliteSetup } from './dialects/index.ts';
export { journalEntities } from './entities.ts';
export {
  AppendOutcomeUnknownError,
  CorruptEntryError,
  CorruptMetadataError,
  DuplicateEntryError,
  EntitiesNotRegisteredError,
  InvalidArgumentError,
  InvalidEntryError,
  InvalidIdError,
  InvalidRevError,
  InvalidValueError,
  JournalClosedError,
  JournalError,
  LimitExceededError,
  OrphanedEntriesError,
  QueueFullError,
  RevConflictError,
  StorageNotMigratedError,
  ThreadDeletedError,
  TimeoutError,
} from './errors.ts';
export { CursorEpochChangedError, FeedUnavailableError, InvalidCursorError } from './feed-errors.ts';
export {
  type AppendOptions,
  type AppendResult,
  appendToThread,
  type CallOptions,
  type Entry,
  type Erasure,
  type ErasuresOptions,
  entryAt,
  type FeedEntry,
  type Fields,
  filterByKind,
  type Journal,
  type JournalEntryRow,
  type JournalErasureRow,
  type JournalThreadRow,
  type LoadOptions,
  lastEntry,
  type NewEntry,
  newThread,
  type OrmOrEntityManager,
  type ReadAllOptions,
  type ReadOptions,
  sliceThread,
  type Thread,
  type ThreadHead,
  type ThreadsOptions,
} from './journal/index.ts';
export { createStorageTables, dropStorageTables, type MigrationLike, type StorageVersion } from './migrations/index.ts';
export type { JournalOptions, Limits, SnapshotSettings, StorageOptions } from './options.ts';
export type {
  Damage,
  Finding,
  JournalSnapshotRow,
  JournalStats,
  RebuildOptions,
  RebuildProgress,
  SnapshotEvent,
  VerifyOptions,
  VerifyProgress,
} from './snapshots/index.ts';
export { renewAfterRestore, ThreadJournal } from './thread-journal.ts';
