import type { Entry, Erasure, FeedEntry, Fields, NewEntry, ThreadHead } from './entry.ts';
import type { Thread } from './thread.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface AppendOptions {
  /** The guard: append only if the thread is at this rev now. 0 = it must have no entries. Default: no check. */
  readonly expectedRev?: number | undefined;
  /** Facts about the thread as a whole; kept only by the call that creates it. Default: `{}`. */
  readonly metadata?: Fields | undefined;
  /** Honoured until the statement is sent; after that the append waits for its outcome. */
  readonly signal?: AbortSignal | undefined;
}

export interface AppendResult {
  readonly threadId: string;
  /** The thread's: another one after it was deleted and made again. */
  readonly generation: string;
  /** The thread's rev after this append; for an append recognised as a repeat, its rev as of now. */
  readonly rev: number;
  /** What is recorded, in order. */
  readonly entries: readonly Entry[];
  /** False when nothing was written: all entries were recorded before, or there were none and the thread existed. */
  readonly created: boolean;
}

export interface LoadOptions {
  /** Time travel: the thread as it was at this rev (at most; default: all of it). */
  readonly upToRev?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions {
  /** First seq, included. Default 0. */
  readonly fromSeq?: number | undefined;
  /** Last seq, excluded. Default: the end. */
  readonly toSeq?: number | undefined;
  /** How many at most. Default: all. */
  readonly limit?: number | undefined;
  /** `backward` gives the newest first: with `limit` it reads a tail at the same cost for any length. Default `forward`. */
  readonly direction?: 'forward' | 'backward' | undefined;
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ReadAllOptions {
  /** The cursor of the last entry that was read; the feed goes on right behind it. Default: the beginning. */
  readonly after?: string | undefined;
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly string[] | undefined;
  /** How many at most. Default: all. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ThreadsOptions {
  /** Start behind this thread id. Default: the first. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ErasuresOptions {
  /** Start behind this record. Default: the first. */
  readonly after?: Pick<Erasure, 'threadId' | 'generation'> | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What every back end does. `ThreadJournal` is the one on a database; `MemoryJournal` the model it is held against. */
export interface Journal {
  append(threadId: string, entries: readonly NewEntry[], options?: AppendOptions): Promise<AppendResult>;
  load(threadId: string, options?: LoadOptions): Promise<Thread | undefined>;
  refresh(thread: Thread, options?: CallOptions): Promise<Thread | undefined>;
  head(threadId: string, options?: CallOptions): Promise<ThreadHead | undefined>;
  read(threadId: string, options?: ReadOptions): AsyncIterable<Entry>;
  readAll(options?: ReadAllOptions): AsyncIterable<FeedEntry>;
  threads(options?: ThreadsOptions): AsyncIterable<ThreadHead>;
  delete(threadId: string, options?: CallOptions): Promise<void>;
  erasures(options?: ErasuresOptions): AsyncIterable<Erasure>;
  close(): Promise<void>;
}
