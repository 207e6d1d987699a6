import { expect, test } from 'vitest';
import * as api from '../src/index.ts';
import * as testing from '../src/testing/index.ts';

// Adding a name is a promise, removing one breaks somebody: both are decisions, so both fail here first.
test('the public door has these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'AgentStore',
    'AgentStoreClosedError',
    'AppendOutcomeUnknownError',
    'CheckpointCallbackError',
    'CheckpointConflictError',
    'CheckpointKeyCollisionError',
    'CheckpointStore',
    'CorruptCheckpointError',
    'CorruptEntryError',
    'CorruptMetadataError',
    'CursorEpochChangedError',
    'DuplicateEntryError',
    'EntitiesNotRegisteredError',
    'FeedUnavailableError',
    'InvalidArgumentError',
    'InvalidCheckpointError',
    'InvalidCursorError',
    'InvalidEntryError',
    'InvalidIdError',
    'InvalidRevError',
    'InvalidValueError',
    'JournalClosedError',
    'JournalError',
    'LimitExceededError',
    'MissingThreadError',
    'OrphanedEntriesError',
    'QueueFullError',
    'RevConflictError',
    'StorageNotMigratedError',
    'ThreadDeletedError',
    'ThreadForkError',
    'ThreadJournal',
    'ThreadMismatchError',
    'ThreadRevRegressionError',
    'TimeoutError',
    'appendToThread',
    'createStorageTables',
    'dropStorageTables',
    'entryAt',
    'filterByKind',
    'journalEntities',
    'lastEntry',
    'newThread',
    'renewAfterRestore',
    'sliceThread',
    'sqliteSetup',
  ]);
});

test('thread-journal/testing has these names', () => {
  expect(Object.keys(testing).sort()).toEqual(['MemoryJournal', 'MemoryStore', 'conformanceCases']);
});
