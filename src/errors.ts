/**
 * What went wrong, as facts.
 *
 * Every error of this library extends {@link JournalError}: `code` is stable and literal, facts are fields, the
 * message is one sentence that says what to do next. No message ever holds a payload, a key's value or a password.
 */
export abstract class JournalError extends Error {
  /** Stable, literal: switch on it. */
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** The guard of an append did not hold: the thread moved on, or never was where the caller thought. Nothing was written. */
export class RevConflictError extends JournalError {
  readonly code = 'rev_conflict';
  readonly threadId: string;
  readonly expectedRev: number;
  readonly actualRev: number;
  constructor(facts: { threadId: string; expectedRev: number; actualRev: number }) {
    super(
      `Thread ${quote(facts.threadId)} is at rev ${facts.actualRev}, not ${facts.expectedRev}: load it again, decide again, then append with the new rev.`,
    );
    this.threadId = facts.threadId;
    this.expectedRev = facts.expectedRev;
    this.actualRev = facts.actualRev;
  }
}

/** Some ids of the call are recorded already, with other content, in another order, or not all of them. Nothing was written. */
export class DuplicateEntryError extends JournalError {
  readonly code = 'duplicate_entry';
  readonly threadId: string;
  readonly entryIds: readonly string[];
  constructor(facts: { threadId: string; entryIds: readonly string[] }) {
    super(
      `Thread ${quote(facts.threadId)} already holds ${list(facts.entryIds)}, but not as this append has them: a retry must repeat the same entries in the same order.`,
    );
    this.threadId = facts.threadId;
    this.entryIds = facts.entryIds;
  }
}

/** A value outside the closed set of what a journal can keep. `path` leads to it. */
export class InvalidValueError extends JournalError {
  readonly code: 'invalid_value' | 'invalid_entry' = 'invalid_value';
  readonly path: string;
  readonly reason: string;
  constructor(facts: { path: string; reason: string }) {
    super(`${facts.path}: ${facts.reason}`);
    this.path = facts.path;
    this.reason = facts.reason;
  }
}

/** An entry of an append that cannot be recorded; `path` says where (`entries[2].payload.when`). Nothing was written. */
export class InvalidEntryError extends InvalidValueError {
  override readonly code = 'invalid_entry';
}

/** An id, kind or name that no database could hold safely: empty, over 255 bytes, control characters, lone surrogates. */
export class InvalidIdError extends JournalError {
  readonly code = 'invalid_id';
  readonly path: string;
  readonly reason: string;
  constructor(facts: { path: string; reason: string }) {
    super(`${facts.path}: ${facts.reason}`);
    this.path = facts.path;
    this.reason = facts.reason;
  }
}

/** An argument of the wrong type or outside its range, refused before any SQL. */
export class InvalidArgumentError extends JournalError {
  readonly code = 'invalid_argument';
  readonly argument: string;
  constructor(facts: { argument: string; reason: string }) {
    super(`${facts.argument}: ${facts.reason}`);
    this.argument = facts.argument;
  }
}

/** Larger, deeper or more than the limits allow, refused before any SQL. */
export class LimitExceededError extends JournalError {
  readonly code = 'limit_exceeded';
  readonly path: string;
  readonly limit: 'maxDepth' | 'maxEntryBytes' | 'maxEntries' | 'maxAppendBytes' | 'maxCheckpointBytes';
  readonly max: number;
  constructor(facts: { path: string; limit: LimitExceededError['limit']; max: number }) {
    super(`${facts.path}: over ${facts.limit} (${facts.max}); split it, or raise limits.${facts.limit}.`);
    this.path = facts.path;
    this.limit = facts.limit;
    this.max = facts.max;
  }
}

/**
 * The append was sent and no answer came: it may or may not be recorded. Appending the same entries again, with these
 * ids, is safe: what is recorded is recognised, not doubled.
 */
export class AppendOutcomeUnknownError extends JournalError {
  readonly code = 'append_outcome_unknown';
  readonly threadId: string;
  readonly entryIds: readonly string[];
  constructor(facts: { threadId: string; entryIds: readonly string[]; cause?: unknown }) {
    super(
      `The append to thread ${quote(facts.threadId)} was sent, but its outcome is unknown: append the same entries again with the ids in entryIds.`,
      { cause: facts.cause },
    );
    this.threadId = facts.threadId;
    this.entryIds = facts.entryIds;
  }
}

/** `timeoutMs` passed before the call was done. For an append: before it was sent, so nothing was written. */
export class TimeoutError extends JournalError {
  readonly code = 'timeout';
  readonly operation: string;
  readonly timeoutMs: number;
  constructor(facts: { operation: string; timeoutMs: number; cause?: unknown }) {
    super(
      `${facts.operation} gave up after ${facts.timeoutMs} ms: the database is busy, or on SQLite a transaction of this process holds the only connection (inside it, use within(em)).`,
      { cause: facts.cause },
    );
    this.operation = facts.operation;
    this.timeoutMs = facts.timeoutMs;
  }
}

/** Too much waits to be appended: the database is slower than what comes in. Nothing of this append was written. */
export class QueueFullError extends JournalError {
  readonly code = 'queue_full';
  readonly maxQueuedBytes: number;
  constructor(facts: { maxQueuedBytes: number }) {
    super(`Over ${facts.maxQueuedBytes} bytes wait to be appended: await appends before making more, then try again.`);
    this.maxQueuedBytes = facts.maxQueuedBytes;
  }
}

/** The journal was closed. */
export class JournalClosedError extends JournalError {
  readonly code = 'journal_closed';
  constructor() {
    super('This journal is closed: open another one on the same ORM.');
  }
}

/** The thread a reader was following was deleted, or deleted and created again. */
export class ThreadDeletedError extends JournalError {
  readonly code = 'thread_deleted';
  readonly threadId: string;
  readonly generation: string;
  /** The last seq that was read, or -1. */
  readonly lastSeq: number;
  constructor(facts: { threadId: string; generation: string; lastSeq: number }) {
    super(`Thread ${quote(facts.threadId)} was deleted while it was read (after seq ${facts.lastSeq}).`);
    this.threadId = facts.threadId;
    this.generation = facts.generation;
    this.lastSeq = facts.lastSeq;
  }
}

/** Corruption: a head without its entries, or entries without a head. */
export class OrphanedEntriesError extends JournalError {
  readonly code = 'orphaned_entries';
  readonly threadId: string;
  readonly missing: 'head' | 'entries';
  constructor(facts: { threadId: string; missing: 'head' | 'entries' }) {
    const what = facts.missing === 'head' ? 'entries but no head' : 'a head but no entries';
    super(
      `Thread ${quote(facts.threadId)} has ${what}: the journal was changed from outside; restore it from a backup.`,
    );
    this.threadId = facts.threadId;
    this.missing = facts.missing;
  }
}

/** Corruption: the head's rev is not the number of entries. */
export class InvalidRevError extends JournalError {
  readonly code = 'invalid_rev';
  readonly threadId: string;
  readonly rev: number;
  readonly entryCount: number;
  constructor(facts: { threadId: string; rev: number; entryCount: number }) {
    super(`Thread ${quote(facts.threadId)} has rev ${facts.rev} but ${facts.entryCount} entries.`);
    this.threadId = facts.threadId;
    this.rev = facts.rev;
    this.entryCount = facts.entryCount;
  }
}

/** Corruption: a gap before `seq`, or a row there that cannot be decoded. */
export class CorruptEntryError extends JournalError {
  readonly code = 'corrupt_entry';
  readonly threadId: string;
  readonly seq: number;
  constructor(facts: { threadId: string; seq: number; reason: string; cause?: unknown }) {
    super(`Thread ${quote(facts.threadId)}, seq ${facts.seq}: ${facts.reason}.`, { cause: facts.cause });
    this.threadId = facts.threadId;
    this.seq = facts.seq;
  }
}

/** Corruption: the thread's metadata cannot be decoded. */
export class CorruptMetadataError extends JournalError {
  readonly code = 'corrupt_metadata';
  readonly threadId: string;
  constructor(facts: { threadId: string; cause?: unknown }) {
    super(`The metadata of thread ${quote(facts.threadId)} cannot be decoded.`, { cause: facts.cause });
    this.threadId = facts.threadId;
  }
}

/** The tables, or the triggers that guard them, are not in the database. */
export class StorageNotMigratedError extends JournalError {
  readonly code = 'storage_not_migrated';
  readonly missing: string;
  constructor(facts: { missing: string; cause?: unknown }) {
    super(
      `The database has no ${facts.missing}: call createStorageTables(this, { version: 1 }) in a migration and run it (schema.create() makes tables without their guards).`,
      { cause: facts.cause },
    );
    this.missing = facts.missing;
  }
}

/** The ORM does not know the journal's entities. */
export class EntitiesNotRegisteredError extends JournalError {
  readonly code = 'entities_not_registered';
  constructor() {
    super('The ORM does not know the journal: add ...journalEntities() to `entities` in your MikroORM config.');
  }
}

/** Ids are the caller's own and safe to show; JSON quoting keeps a message on one line. */
function quote(id: string): string {
  return JSON.stringify(id);
}

function list(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).map(quote).join(', ');
  return ids.length > 3 ? `${shown} and ${ids.length - 3} more` : shown;
}
