/** A plain object of the closed set of values (see the README, "What an entry can hold"). */
export type Fields = Readonly<Record<string, unknown>>;

/** What you hand in. Everything is optional: an empty entry is a note made now. */
export interface NewEntry {
  /** Your own id makes a retry safe: the same id is never recorded twice in a thread. Default: `entry_` + UUIDv7. */
  readonly id?: string | undefined;
  /** When it happened, epoch milliseconds, any safe integer. Default: now. Never used for order. */
  readonly at?: number | undefined;
  /** Open string; `message`, `tool_call`, `tool_result`, `note`, `error` and others are recommended. Default: `note`. */
  readonly kind?: string | undefined;
  /** What happened. Default: `{}`. */
  readonly payload?: Fields | undefined;
  /** Links to other things (`entryId`, `agentId`, `parentThreadId`, …). Default: `{}`. */
  readonly refs?: Fields | undefined;
  /** Ignored: the journal gives seqs. Here so that a recorded entry can be handed in again. */
  readonly seq?: number | undefined;
  /** Ignored, for the same reason. */
  readonly threadId?: string | undefined;
}

/** One fact in a thread, as it was recorded. Never changes. */
export interface Entry {
  readonly id: string;
  readonly threadId: string;
  /** Place in the thread: 0-based, without gaps. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly payload: Fields;
  readonly refs: Fields;
}

/** An entry in the feed of all threads. */
export interface FeedEntry extends Entry {
  /** Resumes the feed right behind this entry. Opaque text without an upper length: keep it whole, as text. */
  readonly cursor: string;
}

/** The thread without its entries. */
export interface ThreadHead {
  readonly threadId: string;
  /** Number of entries = the next seq. */
  readonly rev: number;
  /** Made when the thread is created, never changed; a deleted and re-created thread has another one. */
  readonly generation: string;
  /** The hash chain at `rev`, 64 hex digits: equal hashes mean equal histories. */
  readonly hash: string;
  readonly metadata: Fields;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds of the last append. */
  readonly updatedAt: number;
}

/** What remains of a deleted thread: no content. */
export interface Erasure {
  readonly threadId: string;
  readonly generation: string;
  /** Number of entries it had. */
  readonly rev: number;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly erasedAt: number;
}
