import { DuplicateEntryError, InvalidArgumentError, InvalidRevError } from '../errors.ts';
import { settingsOf } from '../options.ts';
import { checkId, checkInteger, decodeObject, newUuid } from '../values/index.ts';
import type { Entry, Fields, NewEntry } from './entry.ts';
import { chainHash, genesisHash, type StoredEntry } from './hash.ts';
import { prepareEntries, prepareMetadata } from './prepare.ts';

/** A thread in memory: a plain readonly value. The helpers below return new ones and never change one. */
export interface Thread {
  readonly id: string;
  /** Number of entries = the next seq. */
  readonly rev: number;
  /** Undefined while the thread is not stored. */
  readonly generation: string | undefined;
  /** The hash chain at `rev`, 64 hex digits: equal hashes mean equal histories. */
  readonly hash: string;
  readonly entries: readonly Entry[];
  readonly metadata: Fields;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
  readonly stats: { readonly entryCount: number };
}

export interface ThreadClock {
  /** Epoch milliseconds. Default `Date.now()`. */
  readonly now?: number | undefined;
  /** Default UUIDv7. */
  readonly newId?: (() => string) | undefined;
}

/** An empty thread that is not stored. Default id: `thread_` + UUIDv7. */
export function newThread(
  id: string = `thread_${newUuid()}`,
  { metadata = {}, now = Date.now() }: { readonly metadata?: Fields | undefined } & ThreadClock = {},
): Thread {
  checkId(id, 'id');
  const stored = decodeObject(prepareMetadata(metadata, settingsOf()));
  const at = checkInteger(now, 'now');
  return freeze(
    { id, generation: undefined, hash: genesisHash(id), metadata: stored, createdAt: at, updatedAt: at },
    [],
  );
}

/** The thread with these entries behind it, checked and completed as an append would. O(thread), for the copy. */
export function appendToThread(
  thread: Thread,
  entries: NewEntry | readonly NewEntry[],
  { now = Date.now(), newId }: ThreadClock = {},
): Thread {
  checkThread(thread);
  const prepared = prepareEntries(Array.isArray(entries) ? entries : [entries], settingsOf({ now: () => now, newId }));
  const held = new Set(thread.entries.map(entry => entry.id));
  const entryIds = prepared.entries.map(entry => entry.id).filter(id => held.has(id));
  if (entryIds.length > 0) throw new DuplicateEntryError({ threadId: thread.id, entryIds });
  let { hash } = thread;
  const added = prepared.entries.map((entry, index) => {
    hash = chainHash(hash, entry.digest);
    return toEntry(thread.id, thread.rev + index, entry);
  });
  return freeze({ ...thread, hash, updatedAt: now }, [...thread.entries, ...added]);
}

/** The newest entry, or undefined. */
export function lastEntry(thread: Thread): Entry | undefined {
  return checkThread(thread).entries.at(-1);
}

/** The entry with this seq, or undefined. O(1). */
export function entryAt(thread: Thread, seq: number): Entry | undefined {
  return checkThread(thread).entries[checkInteger(seq, 'seq')];
}

/** The entries of one kind, or of any of several, in order. */
export function filterByKind(thread: Thread, kinds: string | readonly string[]): readonly Entry[] {
  if (typeof kinds !== 'string' && !Array.isArray(kinds)) {
    throw new InvalidArgumentError({ argument: 'kinds', reason: 'must be a kind or an array of kinds' });
  }
  const wanted = new Set(typeof kinds === 'string' ? [kinds] : kinds);
  return checkThread(thread).entries.filter(entry => wanted.has(entry.kind));
}

/** The entries from `fromSeq` (included) to `toSeq` (excluded); what lies outside the thread is left out. */
export function sliceThread(thread: Thread, fromSeq = 0, toSeq?: number): readonly Entry[] {
  const { rev, entries } = checkThread(thread);
  return entries.slice(checkInteger(fromSeq, 'fromSeq', 0), checkInteger(toSeq ?? rev, 'toSeq', 0));
}

/** One stored row as the entry that callers see. Throws when its values cannot be decoded. */
export function toEntry(threadId: string, seq: number, stored: StoredEntry): Entry {
  const { id, at, kind } = stored;
  return { id, threadId, seq, at, kind, payload: decodeObject(stored.payload), refs: decodeObject(stored.refs) };
}

/** A thread value of these facts; rev and stats follow from the entries. */
export function freeze(facts: Omit<Thread, 'rev' | 'entries' | 'stats'>, entries: readonly Entry[]): Thread {
  return Object.freeze({
    ...facts,
    rev: entries.length,
    entries: Object.freeze(entries),
    stats: Object.freeze({ entryCount: entries.length }),
  });
}

/** The same for a value that a call takes and relies on. */
export function checkThreadValue(thread: Thread): Thread {
  const { id, hash, generation } = checkThread(thread);
  checkId(id, 'thread.id');
  if (typeof hash === 'string' && (generation === undefined || typeof generation === 'string')) return thread;
  throw new InvalidArgumentError({ argument: 'thread', reason: 'must be a Thread' });
}

function checkThread(thread: Thread): Thread {
  if (typeof thread !== 'object' || thread === null || !Array.isArray(thread.entries)) {
    throw new InvalidArgumentError({ argument: 'thread', reason: 'must be a Thread' });
  }
  if (thread.rev === thread.entries.length) return thread;
  throw new InvalidRevError({ threadId: thread.id, rev: thread.rev, entryCount: thread.entries.length });
}
