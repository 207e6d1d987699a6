import { type Runner, throughKysely } from './session.ts';
import type { Now } from './steps.ts';

/** What we use of better-sqlite3's Database. */
interface Database {
  prepare(sql: string): Statement;
}

interface Statement {
  readonly reader: boolean;
  all(...parameters: readonly unknown[]): readonly unknown[];
  run(...parameters: readonly unknown[]): unknown;
}

/**
 * Statements prepared once and kept: through Kysely each is prepared anew, which costs more than to run it. Used only
 * while the connection is ours (the ORM's mutex is held) or the host's transaction is open on it.
 */
export function nativeSqlite(client: unknown): Runner {
  if (typeof client !== 'object' || client === null || !('prepare' in client)) return throughKysely;
  const database = client as Database;
  const kept = new Map<string, Statement>();
  const now: Now = (sql, parameters) => {
    let statement = kept.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      kept.set(sql, statement);
    }
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  };
  const run: Runner = async (_executor, sql, parameters) => now(typeof sql === 'string' ? sql : sql.text, parameters);
  return Object.assign(run, { now });
}
