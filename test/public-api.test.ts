import { expect, test } from 'vitest';
import * as api from '../src/index.ts';
import * as testing from '../src/testing/index.ts';

// Adding a name is a promise, removing one breaks somebody: both are decisions, so both fail here first.
test('the public door has these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'AppendOutcomeUnknownError',
    'CorruptEntryError',
    'CorruptMetadataError',
    'CursorEpochChangedError',
    'DuplicateEntryError',
    'EntitiesNotRegisteredError',
    'FeedUnavailableError',
    'InvalidArgumentError',
    'InvalidCursorError',
    'InvalidEntryError',
    'InvalidIdError',
    'InvalidRevError',
    'InvalidValueError',
    'JournalClosedError',
    'JournalError',
    'LimitExceededError',
    'OrphanedEntriesError',
    'ProjectionRetiredError',
    'Projector',
    'QueueFullError',
    'RevConflictError',
    'StorageNotMigratedError',
    'ThreadDeletedError',
    'ThreadJournal',
    'TimeoutError',
    'amendMessage',
    'appendToThread',
    'clearMessages',
    'compactMessages',
    'createStorageTables',
    'defineProjection',
    'dropStorageTables',
    'entryAt',
    'filterByKind',
    'foldEntries',
    'journalEntities',
    'lastEntry',
    'messages',
    'newThread',
    'popMessages',
    'renewAfterRestore',
    'retractMessages',
    'sliceThread',
    'sqliteSetup',
    'toolCalls',
    'usage',
  ]);
});

test('thread-journal/testing has these names', () => {
  expect(Object.keys(testing).sort()).toEqual(['MemoryJournal', 'MemoryStore', 'conformanceCases']);
});
