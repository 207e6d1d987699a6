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
  type ReadAllOptions,
  type ReadOptions,
  sliceThread,
  type Thread,
  type ThreadHead,
  type ThreadsOptions,
} from './journal/index.ts';
export type {
  FollowAllOptions,
  FollowOptions,
  LiveStatus,
  StreamAllOptions,
  StreamOptions,
} from './live/index.ts';
export { createStorageTables, dropStorageTables, type MigrationLike, type StorageVersion } from './migrations/index.ts';
export type { JournalOptions, Limits, LiveSettings, SnapshotSettings, StorageOptions } from './options.ts';
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
export { type OrmOrEntityManager, renewAfterRestore, ThreadJournal } from './thread-journal.ts';
