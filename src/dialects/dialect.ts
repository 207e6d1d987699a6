import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Feed } from './feed.ts';
import type { Runner, Session } from './session.ts';
import type { Steps } from './steps.ts';
import type { Watch } from './watch.ts';

/** Quoted names of the journal's tables. */
export interface Tables {
  readonly threads: string;
  readonly entries: string;
  readonly erasures: string;
  readonly snapshots: string;
  readonly projections: string;
  readonly states: string;
  readonly parked: string;
  readonly checkpoints: string;
}

/**
 * What a database error means to us. `retry`: others were in the way, nothing was written. `refused`: these very rows
 * are not acceptable. `forbidden`: we may not write here. `undefined`: nothing we know. All pass through as they came,
 * once no retry helps.
 */
export type Failure = 'retry' | 'connection-lost' | 'refused' | 'forbidden' | undefined;

/** Column names and types of rows that are handed to a statement. */
export type RowType = Readonly<Record<string, 'text' | 'bigint'>>;

export type Rows = readonly Readonly<Record<string, string | number>>[];

/** A part of a statement, and the parameters that stand in it. */
export interface Fragment {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The head's part of a one-statement append. `hash`: what it is when the thread starts here. */
export interface ClaimHead {
  readonly threadId: string;
  readonly expectedRev: number | undefined;
  readonly generation: string;
  readonly hash: string;
  readonly metadata: string;
  readonly now: number;
}

export type ClaimEntry = Readonly<Record<'id' | 'kind' | 'payload' | 'refs' | 'digest', string>> & {
  readonly at: number;
};

/**
 * How heads are locked. `wait`, `skip`: in a transaction of ours, waiting for what others hold or passing over it.
 * `inside`: in a transaction of the host's, which may not have written yet.
 */
export type Locking = 'wait' | 'skip' | 'inside';

/** What a transaction of ours asks of the call, or the calls, it is for. */
export interface Attempt {
  /** Milliseconds left to try again in. */
  readonly left: number;
  /** True when the database may have recorded something, and has not said. */
  readonly sent: boolean;
  /** Throws when nobody waits for the outcome any more. */
  check(): void;
  /** Called right before COMMIT. */
  send(): void;
  /** Called when it is certain that nothing was recorded. */
  takeBack(): void;
}

/**
 * Where the two databases differ, each difference a member: a fact, a fragment of SQL or a small act. Everything
 * outside this folder and the migrations is written once, with `?` for parameters.
 */
export interface Dialect {
  /** PostgreSQL numbers its placeholders. */
  statement(sql: string): string;
  /**
   * Rows for a `from` clause, as `i`, with the columns and `ord` (1-based): arrays on PostgreSQL; on SQLite JSON text,
   * or plain parameters for a single row, the common case.
   */
  rows(columns: RowType, rows: Rows): Fragment;
  /**
   * Looks up one row of `table` (as `e`) for each row of `i`, by a unique index. On PostgreSQL a plain join, or
   * `= any(…)`, may scan the whole thread under a generic plan; a lateral `limit 1` may not.
   */
  probe(table: string, condition: string): string;
  /**
   * Joins rows of `table` (as `e`), none or some, to each row so far, by an index. The condition alone bounds how many;
   * `limit` tells PostgreSQL, which would rather read the whole table.
   */
  joinSome(table: string, condition: string, limit: number): string;
  /** A column that has one of many values. */
  anyOf(column: string, values: readonly string[]): Fragment;
  /**
   * Locks the heads that meet the condition until the transaction ends, and reads `thread_id, generation, rev, head_hash`.
   * PostgreSQL locks rows, in the order of their ids. SQLite has one lock: a transaction of ours begins with it; in one
   * of the host's any write takes it, even one that changes nothing.
   */
  lockHeads(tables: Tables, ids: string, locking: Locking): string;
  /** True where one statement can change heads and insert entries, and where appends of this process can overlap. */
  readonly writesTogether: boolean;
  /** Behind a `select` that feeds an insert: keeps the rows read from changing before it is done. */
  readonly forUpdate: string;
  /**
   * The same for a row that must not be deleted meanwhile, but may change: appends go on. The alias is that of the
   * rows to keep.
   */
  forKeyShare(alias: string): string;
  /** The transaction that appends, for the feed of all threads; on SQLite position order is commit order. */
  readonly transactionId: string;
  /** Epoch milliseconds by the database's own clock, which all processes share. */
  readonly clock: string;
  /** The one-statement append, where one statement can both write the head and insert from its answer. */
  readonly claim: ((tables: Tables, head: ClaimHead, entries: readonly ClaimEntry[]) => Fragment) | undefined;
  /** True where what is read travels through a connection, so that many bytes cost more than unpacking them. */
  readonly remote: boolean;
  /** The feed of all threads. */
  readonly feed: Feed;
  /** Finds a table by name, and which triggers it has: rows of `{ name }`, none when the table is not there. */
  readonly triggersOf: string;
  /** The quickest way for statements with this driver handle, if it is one we know. */
  runner(nativeClient: unknown): Runner;
  /** What a table and its indexes take: one row of `{ bytes }`. */
  readonly bytesOf: string;
  /** A short transaction of our own, tried again while others are in the way, as long as the time allows. */
  transaction<T>(
    em: SqlEntityManager,
    runner: Runner,
    attempt: Attempt,
    body: (session: Session) => Promise<T>,
  ): Promise<T>;
  /** The same for steps, which are asked for once the transaction has begun; on SQLite without giving way meanwhile. */
  transactionOfSteps<T>(em: SqlEntityManager, runner: Runner, attempt: Attempt, steps: () => Steps<T>): Promise<T>;
  classify(error: unknown): Failure;
  /** True when the database is away for now, and may be back: what only reads tries again. */
  isAway(error: unknown): boolean;
  /** Hears what other connections commit. */
  readonly watch: Watch;
  /** Tells other processes; undefined where a watch needs no telling. */
  readonly notify: ((em: SqlEntityManager, channel: string, payload: string) => Promise<unknown>) | undefined;
}
