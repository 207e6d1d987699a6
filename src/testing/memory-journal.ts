import { JournalClosedError, RevConflictError, ThreadDeletedError } from '../errors.ts';
import {
  type AppendOptions,
  type AppendResult,
  type CallOptions,
  checkThreadValue,
  type Entry,
  type Erasure,
  type ErasuresOptions,
  type FeedEntry,
  freeze,
  type Journal,
  type LoadOptions,
  lift,
  type NewEntry,
  prepareEntries,
  prepareMetadata,
  type ReadAllOptions,
  type ReadOptions,
  type Thread,
  type ThreadHead,
  type ThreadsOptions,
  toEntry,
} from '../journal/index.ts';
import { type JournalOptions, type Settings, settingsOf } from '../options.ts';
import { checkId, decodeObject } from '../values/index.ts';
import { checkCount, checkDirection, checkKinds, checkRecord } from './memory-arguments.ts';
import { feedOf } from './memory-feed.ts';
import {
  compareBytes,
  compareErasures,
  createThread,
  headOf,
  MemoryStore,
  type MemoryThread,
  recordedRun,
  withEntries,
} from './memory-store.ts';

/**
 * The contract as a program: what `ThreadJournal` does on a database, here in Maps. For tests of agent code that want
 * no database, and the model that the database journal is held against. Journals that share a store share its threads.
 */
export class MemoryJournal implements Journal {
  readonly #settings: Settings;
  readonly #store: MemoryStore;
  #closed = false;

  constructor(options: JournalOptions = {}, store: MemoryStore = new MemoryStore()) {
    this.#settings = settingsOf(options);
    this.#store = store;
  }

  async append(threadId: string, entries: readonly NewEntry[], options: AppendOptions = {}): Promise<AppendResult> {
    checkId(threadId, 'threadId');
    const expectedRev = checkCount(options.expectedRev, 'expectedRev');
    const prepared = prepareEntries(entries, this.#settings).entries;
    const metadata = prepareMetadata(options.metadata, this.#settings);
    this.#enter(options.signal);

    const { threads } = this.#store;
    const stored = threads.get(threadId);
    const actualRev = stored?.entries.length ?? 0;
    const from = stored && recordedRun(threadId, stored, prepared);
    if (stored && from !== undefined) {
      const recorded = stored.entries.slice(from, from + prepared.length);
      const again = recorded.map((entry, index) => toEntry(threadId, from + index, entry));
      return { threadId, generation: stored.generation, rev: actualRev, entries: again, created: false };
    }
    if (expectedRev !== undefined && expectedRev !== actualRev) {
      throw new RevConflictError({ threadId, expectedRev, actualRev });
    }
    const now = this.#settings.now();
    const before = stored ?? createThread(threadId, this.#settings.newId(), metadata, now);
    const after = withEntries(before, prepared, now);
    threads.set(threadId, after);
    const { generation } = after;
    prepared.forEach((_, index) => {
      this.#store.feed.push({ threadId, generation, seq: actualRev + index });
    });
    return {
      threadId,
      generation,
      rev: after.entries.length,
      entries: prepared.map((entry, index) => toEntry(threadId, actualRev + index, entry)),
      created: stored === undefined || prepared.length > 0,
    };
  }

  async load(threadId: string, options: LoadOptions = {}): Promise<Thread | undefined> {
    checkId(threadId, 'threadId');
    const upToRev = checkCount(options.upToRev, 'upToRev');
    this.#enter(options.signal);
    const stored = this.#store.threads.get(threadId);
    const entries =
      stored?.entries.slice(0, upToRev).map((entry, seq) => lift(this.#settings, toEntry(threadId, seq, entry))) ?? [];
    const hash = stored?.hashes[entries.length];
    if (stored === undefined || hash === undefined || entries.length === 0) return undefined;
    const { generation, createdAt, updatedAt } = stored;
    const metadata = decodeObject(stored.metadata);
    return freeze({ id: threadId, generation, hash, metadata, createdAt, updatedAt }, entries);
  }

  async refresh(thread: Thread, options: CallOptions = {}): Promise<Thread | undefined> {
    return this.load(checkThreadValue(thread).id, { signal: options.signal });
  }

  async head(threadId: string, options: CallOptions = {}): Promise<ThreadHead | undefined> {
    checkId(threadId, 'threadId');
    this.#enter(options.signal);
    const stored = this.#store.threads.get(threadId);
    return stored && headOf(threadId, stored);
  }

  async *read(threadId: string, options: ReadOptions = {}): AsyncGenerator<Entry, void, undefined> {
    checkId(threadId, 'threadId');
    const fromSeq = checkCount(options.fromSeq, 'fromSeq') ?? 0;
    const toSeq = checkCount(options.toSeq, 'toSeq') ?? Number.POSITIVE_INFINITY;
    const limit = checkCount(options.limit, 'limit');
    const direction = checkDirection(options.direction);
    const kinds = checkKinds(options.kinds);
    this.#enter(options.signal);
    const stored = this.#store.threads.get(threadId);
    if (stored === undefined) return;
    const wanted = stored.entries
      .map((entry, seq) => ({ entry, seq }))
      .filter(({ entry, seq }) => seq >= fromSeq && seq < toSeq && (kinds === undefined || kinds.has(entry.kind)));
    if (direction === 'backward') wanted.reverse();
    let lastSeq = -1;
    for (const { entry, seq } of wanted.slice(0, limit)) {
      this.#enter(options.signal);
      this.#mustStillBe(threadId, stored, lastSeq);
      lastSeq = seq;
      yield lift(this.#settings, toEntry(threadId, seq, entry));
    }
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<FeedEntry, void, undefined> {
    const limit = checkCount(options.limit, 'limit');
    const feed = feedOf(this.#store, options.after, checkKinds(options.kinds));
    this.#enter(options.signal);
    let given = 0;
    for (const entry of limit === 0 ? [] : feed) {
      this.#enter(options.signal);
      yield { ...lift(this.#settings, entry), cursor: entry.cursor };
      given += 1;
      if (given === limit) return;
    }
  }

  async *threads(options: ThreadsOptions = {}): AsyncGenerator<ThreadHead, void, undefined> {
    const after = options.after === undefined ? undefined : checkId(options.after, 'after');
    const limit = checkCount(options.limit, 'limit');
    this.#enter(options.signal);
    const heads = [...this.#store.threads].sort(([a], [b]) => compareBytes(a, b));
    const wanted = heads.filter(([id]) => after === undefined || compareBytes(id, after) > 0);
    for (const [id, stored] of wanted.slice(0, limit)) {
      this.#enter(options.signal);
      yield headOf(id, stored);
    }
  }

  async delete(threadId: string, options: CallOptions = {}): Promise<void> {
    checkId(threadId, 'threadId');
    this.#enter(options.signal);
    const stored = this.#store.threads.get(threadId);
    if (stored === undefined) return;
    const { rev, generation, hash } = headOf(threadId, stored);
    this.#store.threads.delete(threadId);
    this.#store.erasures.push({ threadId, generation, rev, hash, erasedAt: this.#settings.now() });
  }

  async *erasures(options: ErasuresOptions = {}): AsyncGenerator<Erasure, void, undefined> {
    const after = checkRecord(options.after);
    const limit = checkCount(options.limit, 'limit');
    this.#enter(options.signal);
    const records = [...this.#store.erasures].sort(compareErasures);
    const wanted = records.filter(record => after === undefined || compareErasures(record, after) > 0);
    for (const record of wanted.slice(0, limit)) {
      this.#enter(options.signal);
      yield { ...record };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #enter(signal: AbortSignal | undefined): void {
    if (this.#closed) throw new JournalClosedError();
    signal?.throwIfAborted();
  }

  #mustStillBe(threadId: string, { generation }: MemoryThread, lastSeq: number): void {
    if (this.#store.threads.get(threadId)?.generation === generation) return;
    throw new ThreadDeletedError({ threadId, generation, lastSeq });
  }
}
