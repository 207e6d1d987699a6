import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Call } from './call.ts';
import type { Session } from './session.ts';

/** Quoted names of the journal's tables. */
export interface Tables {
  readonly threads: string;
  readonly entries: string;
  readonly erasures: string;
}

/** What a database error means to a caller of ours. `undefined`: nothing we know; it passes through as it came. */
export type Failure = 'retry' | 'connection-lost' | undefined;

/** Column names and types of rows that are handed to a statement. */
export type RowType = Readonly<Record<string, 'text' | 'bigint'>>;

export interface RowSource {
  /** Stands in a `from` clause as `i`, with the columns and `ord` (1-based). */
  readonly from: string;
  bind(rows: readonly Readonly<Record<string, unknown>>[]): readonly unknown[];
}

/**
 * Where the two databases differ, each difference a member: a fact, a fragment of SQL or a small act. Everything
 * outside this folder and the migrations is written once, with `?` for parameters.
 */
export interface Dialect {
  /** PostgreSQL numbers its placeholders. */
  statement(sql: string): string;
  /** Many rows as one parameter list: arrays on PostgreSQL, JSON text on SQLite. */
  rows(columns: RowType): RowSource;
  /**
   * Looks up one row of `table` (as `e`) for each row of `i`, by a unique index. On PostgreSQL a plain join, or
   * `= any(…)`, may scan the whole thread under a generic plan; a lateral `limit 1` may not.
   */
  probe(table: string, condition: string): string;
  /** A column that has one of many values. */
  anyOf(column: string): { readonly condition: string; bind(values: readonly string[]): readonly unknown[] };
  /**
   * Locks the heads that meet the condition until the transaction ends, and reads them. PostgreSQL locks rows, in the order of their ids so
   * that two appends never wait for each other; on SQLite any write takes the one lock there is, even one that
   * changes nothing.
   */
  lockHeads(tables: Tables, ids: string): string;
  /** Behind a `select` that feeds an insert: keeps the rows read from changing before it is done. */
  readonly forUpdate: string;
  /** The transaction that appends, for the feed of all threads; on SQLite position order is commit order. */
  readonly transactionId: string;
  /** The one-statement append, where one statement can both write the head and insert from its answer. */
  claim(tables: Tables, guard: 'none' | 'empty' | 'rev'): string | undefined;
  /** Finds a table by name, and which triggers it has: rows of `{ name }`, none when the table is not there. */
  readonly triggersOf: string;
  /** A short transaction of our own, tried again while others are in the way, as long as the call's time allows. */
  transaction<T>(em: SqlEntityManager, call: Call, body: (session: Session) => Promise<T>): Promise<T>;
  classify(error: unknown): Failure;
}
