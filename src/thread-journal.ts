import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Observable } from 'rxjs';
import { transactionOf } from './dialects/index.ts';
import { InvalidArgumentError } from './errors.ts';
import {
  type AppendOptions,
  type AppendResult,
  append,
  type CallOptions,
  closeStore,
  deleteThread,
  type Entry,
  type Erasure,
  type ErasuresOptions,
  entityManagerOf,
  erasures,
  type FeedEntry,
  feedEnd,
  head,
  type Journal,
  type LoadOptions,
  type NewEntry,
  Opened,
  type OrmOrEntityManager,
  openStore,
  putBehind,
  type ReadAllOptions,
  type ReadOptions,
  read,
  readAll,
  type Store,
  type Thread,
  type ThreadHead,
  type ThreadsOptions,
  threads,
} from './journal/index.ts';
import {
  type FollowAllOptions,
  type FollowOptions,
  follow,
  followAll,
  hubOf,
  type LiveStatus,
  observe,
  type StreamAllOptions,
  type StreamOptions,
} from './live/index.ts';
import { type JournalOptions, settingsOf } from './options.ts';
import {
  type Folded,
  type FoldOptions,
  fold,
  liveVersion,
  type Projection,
  type ProjectionBuild,
  project$,
  projections,
} from './projections/index.ts';
import {
  type JournalStats,
  load,
  type RebuildOptions,
  type RebuildProgress,
  rebuildSnapshots,
  refresh,
  stats,
  type VerifyOptions,
  type VerifyProgress,
  verify,
} from './snapshots/index.ts';

/**
 * The journal of all threads in the host's database: the door to the library.
 *
 * Opens nothing and keeps no connection. A call made inside a transaction of the same ORM (`em.transactional`) is part
 * of it, whichever EntityManager the journal was made with; a transaction begun by hand is joined by {@link within}.
 */
export class ThreadJournal implements Journal {
  readonly #store: Store;

  /**
   * @throws EntitiesNotRegisteredError when `journalEntities()` is not among the ORM's entities.
   * @throws InvalidArgumentError for an option out of range.
   */
  constructor(orm: OrmOrEntityManager, options?: JournalOptions);
  constructor(orm: OrmOrEntityManager | Opened, options: JournalOptions = {}) {
    if (orm instanceof Opened) this.#store = orm.store;
    else {
      this.#store = openStore(entityManagerOf(orm), settingsOf(options));
      // From the first append on it tells other processes.
      hubOf(this.#store);
    }
    putBehind(this, this.#store);
  }

  /**
   * Appends entries to a thread, making the thread if need be. All or nothing.
   *
   * Costs one statement on PostgreSQL and one short transaction on SQLite, whatever the length of the thread; with ids
   * of your own, or after a guard that did not hold, a transaction of five short statements.
   *
   * @throws RevConflictError when `expectedRev` is not the thread's rev.
   * @throws DuplicateEntryError when ids of yours are recorded already, but not as this same append.
   * @throws InvalidEntryError, InvalidValueError, InvalidIdError, InvalidArgumentError, LimitExceededError before any SQL.
   * @throws AppendOutcomeUnknownError when it was sent and no answer came; append again with the ids it names.
   * @throws TimeoutError when it could not be sent in time: nothing was written.
   */
  append(threadId: string, entries: readonly NewEntry[], options?: AppendOptions): Promise<AppendResult> {
    return append(this.#store, threadId, entries, options);
  }

  /**
   * The whole thread as one consistent state, or as it was at `upToRev`. Undefined when it has no entries.
   *
   * One statement. What it had to read row by row is packed in the background for the next load (docs/snapshots.md).
   *
   * @throws OrphanedEntriesError, InvalidRevError, CorruptEntryError, CorruptMetadataError when what is stored is damaged.
   */
  load(threadId: string, options?: LoadOptions): Promise<Thread | undefined> {
    return load(this.#store, threadId, options);
  }

  /**
   * A thread value brought up to date: what `load` would answer now, at the cost of what is new since. Its entries are
   * shared with the given value. A thread that was deleted is undefined; one that was made again, or whose history is
   * not the given one (entries that were never appended, say), is loaded as it is stored.
   *
   * @throws what `load` throws, and InvalidRevError for a value whose rev is not its number of entries.
   */
  refresh(thread: Thread, options?: CallOptions): Promise<Thread | undefined> {
    return refresh(this.#store, thread, options);
  }

  /** The thread's rev, hash and metadata without its entries; also when it has none yet. One row. */
  head(threadId: string, options?: CallOptions): Promise<ThreadHead | undefined> {
    return head(this.#store, threadId, options);
  }

  /**
   * A thread's entries, page by page, in constant memory; a tail (`backward`, `limit`) costs the same for any length.
   *
   * @throws ThreadDeletedError when the thread is deleted, or deleted and made again, while it is read.
   */
  read(threadId: string, options?: ReadOptions): AsyncIterable<Entry> {
    return read(this.#store, threadId, options);
  }

  /**
   * The entries of all threads, up to what is committed when the first page is read. Each carries a cursor to resume
   * from. Per thread in order of seq; of two appends of which one began after the other was acknowledged, that other
   * one's entries come first. Nothing else is promised about entries of different threads.
   *
   * @throws InvalidCursorError for an `after` that is no cursor.
   * @throws CursorEpochChangedError when the cursor is of another database, or of a past that a restore has undone.
   * @throws FeedUnavailableError on a standby, and on a restored copy that was not renewed ({@link renewAfterRestore}).
   * @throws InvalidArgumentError inside a transaction: the feed is of what is committed.
   */
  readAll(options?: ReadAllOptions): AsyncIterable<FeedEntry> {
    return readAll(this.#store, options);
  }

  /**
   * What a thread means: the state that a projection makes of its entries, and the rev that it stands for. Without
   * entries: the initial state, at rev 0. Page by page in constant memory; with `keep`, only what is new is read.
   *
   * @throws ThreadDeletedError when the thread is deleted, or deleted and made again, while it is folded.
   */
  fold<State, Result = State>(
    threadId: string,
    projection: Projection<State, Result>,
    options?: FoldOptions,
  ): Promise<Folded<Result>> {
    return fold(this.#store, threadId, projection, options);
  }

  /**
   * The same, live: the state as it is, then with each entry that changes it. Unsubscribing frees everything.
   *
   * Errors: ThreadDeletedError; what `evolve` throws; those of {@link fold} while the first state is folded. After that
   * a database that is away is waited for.
   */
  project$<State, Result = State>(threadId: string, projection: Projection<State, Result>): Observable<Folded<Result>> {
    return project$(hubOf(this.#store), threadId, projection);
  }

  /** Which version of a projection to read, in the caller's transaction; undefined while its first is being built. */
  liveVersion(name: string, options?: CallOptions): Promise<number | undefined> {
    return liveVersion(this.#store, name, options);
  }

  /** Every version of every projection that a `Projector` ever ran, how far it is behind, and what it has parked. */
  projections(options?: CallOptions): Promise<readonly ProjectionBuild[]> {
    return projections(this.#store, options);
  }

  /**
   * The cursor behind everything that is committed now: `streamAll({ after: await journal.feedEnd() })` gives only what
   * comes. One short statement, however long the feed.
   *
   * @throws FeedUnavailableError, InvalidArgumentError as {@link readAll} does.
   */
  feedEnd(options?: CallOptions): Promise<string> {
    return feedEnd(this.#store, options);
  }

  /**
   * A thread's committed entries from `fromSeq` on: first those that are there, then those to come, in order, each once.
   * Also of a thread that does not exist yet. Never ends by itself but by `close()`; unsubscribing frees everything.
   *
   * What this process appends comes without a query, what others append when it is heard of. A database that is away is
   * waited for ({@link status$}). Called inside a transaction it is outside of it all the same.
   *
   * Entries are pushed as they come: what the subscriber does not keep up with it buffers. {@link follow} waits for it.
   *
   * Errors: ThreadDeletedError when the thread is deleted, or deleted and made again; those of {@link read}.
   */
  stream(threadId: string, options?: StreamOptions): Observable<Entry> {
    return observe(signal => follow(hubOf(this.#store), threadId, { ...options, signal }));
  }

  /**
   * The feed of all threads behind a cursor, first what is committed, then what will be; the order is that of
   * {@link readAll}. To resume, keep the cursor of the last entry you are done with.
   *
   * Errors: those of {@link readAll}.
   */
  streamAll(options?: StreamAllOptions): Observable<FeedEntry> {
    return observe(signal => followAll(hubOf(this.#store), { ...options, signal }));
  }

  /** {@link stream} as an async iterable: the next page is read when the last one is done with. Ends by `break` or `signal`. */
  follow(threadId: string, options?: FollowOptions): AsyncIterable<Entry> {
    return follow(hubOf(this.#store), threadId, options);
  }

  /** {@link streamAll} as an async iterable: the next page is read when the last one is done with. */
  followAll(options?: FollowAllOptions): AsyncIterable<FeedEntry> {
    return followAll(hubOf(this.#store), options);
  }

  /** How the streams of this journal are: `live`, `catching-up` or `degraded`. The present one first. */
  get status$(): Observable<LiveStatus> {
    return hubOf(this.#store).status.changes;
  }

  /** The heads of all threads, by thread id (bytewise), page by page. */
  threads(options?: ThreadsOptions): AsyncIterable<ThreadHead> {
    return threads(this.#store, options);
  }

  /** Deletes a thread and all it has, leaving an erasure record without content. Also when there is none. */
  delete(threadId: string, options?: CallOptions): Promise<void> {
    return deleteThread(this.#store, threadId, options);
  }

  /** What was deleted, by thread id and generation. */
  erasures(options?: ErasuresOptions): AsyncIterable<Erasure> {
    return erasures(this.#store, options);
  }

  /**
   * Makes snapshots again from the journal, while others go on appending; steps of progress come as it works, and
   * nothing is done unless they are asked for. May be ended at any moment and run again: what is right already is kept.
   * Memory does not grow with the journal, which is only read.
   *
   * @throws InvalidArgumentError inside a transaction: it is many short ones.
   */
  rebuildSnapshots(options?: RebuildOptions): AsyncIterable<RebuildProgress> {
    return rebuildSnapshots(this.#store, options);
  }

  /**
   * Compares heads, entries and snapshots with what they must be by the hash chain, while others go on appending; steps
   * tell what was found. With `repair`, snapshots that are not right are made again; the journal is never changed.
   *
   * @throws InvalidArgumentError inside a transaction.
   */
  verify(options?: VerifyOptions): AsyncIterable<VerifyProgress> {
    return verify(this.#store, options);
  }

  /** How large the journal is, and what snapshots do for it. Reads every head and segment: for people, not for loops. */
  stats(options?: CallOptions): Promise<JournalStats> {
    return stats(this.#store, options);
  }

  /** This journal inside the transaction of `em`: for `em.begin()`, and for passing a transaction on. Nothing to close. */
  within(em: SqlEntityManager): ThreadJournal {
    return new ThreadJournal(new Opened(this.#store, em) as never);
  }

  /** Refuses new calls, waits for those under way, and completes the streams. Never closes the host's ORM. May be called again. */
  async close(): Promise<void> {
    if (this.#store.bound) return;
    if (transactionOf(this.#store.em) !== undefined) {
      throw new InvalidArgumentError({ argument: 'close', reason: 'a journal cannot be closed inside a transaction' });
    }
    const hub = hubOf(this.#store);
    hub.close();
    await closeStore(this.#store);
    await hub.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
