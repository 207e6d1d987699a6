import { createRequire } from 'node:module';
import { nextId } from './message.ts';

/** What the bench uses of better-sqlite3, which comes without types. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  transaction<Rest extends readonly unknown[]>(work: (...rest: Rest) => void): { immediate(...rest: Rest): void };
  pragma(text: string): unknown;
  exec(sql: string): void;
  close(): void;
}

export interface SqliteStatement {
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): readonly unknown[];
  run(...values: readonly unknown[]): unknown;
  iterate(): Iterable<unknown>;
}

export type Synchronous = 'full' | 'normal';

// The very copy that the ORM's driver uses.
const fromDriver = createRequire(createRequire(import.meta.url).resolve('@mikro-orm/sqlite'));
export const Sqlite: new (file: string) => SqliteDatabase = fromDriver('better-sqlite3');

export function openSqlite(file: string, synchronous: Synchronous): SqliteDatabase {
  const database = new Sqlite(file);
  database.pragma('journal_mode = wal');
  database.pragma(`synchronous = ${synchronous}`);
  return database;
}

export interface BareSqlite {
  append(threadId: string, payload: object): void;
  /** These in one transaction. */
  appendAll(threadId: string, payloads: readonly object[]): void;
  /** All rows of a thread, with payload and refs parsed. */
  rows(threadId: string): readonly Readonly<Record<string, unknown>>[];
  close(): void;
}

/**
 * The least that an append can be on the journal's own tables: statements prepared once, one immediate transaction
 * that claims the seq on the head and inserts the entry. No guard, no look-up of duplicates, no hash chain, no check
 * of what is stored. The tables' own triggers are there, as they are for any writer.
 */
export function openBareSqlite(file: string, synchronous: Synchronous): BareSqlite {
  const database = openSqlite(file, synchronous);
  const claim = database.prepare(
    `insert into journal_threads (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
values (?, 'bare', 1, 1, '', '{}', ?, ?)
on conflict (thread_id) do update set rev = rev + 1, version = version + 1, updated_at = excluded.updated_at
returning rev`,
  );
  const insert = database.prepare(
    `insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs, xid)
values (?, ?, ?, ?, 'message', ?, '{}', 0)`,
  );
  const select = database.prepare(
    `select seq, entry_id, at, kind, payload, refs from journal_entries where thread_id = ? order by seq`,
  );
  const append = (threadId: string, payload: object): void => {
    const now = Date.now();
    const { rev } = claim.get(threadId, now, now) as { readonly rev: number };
    insert.run(threadId, rev - 1, nextId(), now, JSON.stringify(payload));
  };
  const one = database.transaction(append);
  const all = database.transaction((threadId: string, payloads: readonly object[]) => {
    for (const payload of payloads) append(threadId, payload);
  });
  return {
    append: (threadId, payload) => one.immediate(threadId, payload),
    appendAll: (threadId, payloads) => all.immediate(threadId, payloads),
    rows: threadId =>
      (select.all(threadId) as readonly StoredRow[]).map(row => ({
        ...row,
        payload: JSON.parse(row.payload),
        refs: JSON.parse(row.refs),
      })),
    close: () => database.close(),
  };
}

interface StoredRow {
  readonly payload: string;
  readonly refs: string;
}
