import { type Runner, throughKysely } from './session.ts';

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
  return async (_executor, sql, parameters) => {
    const text = typeof sql === 'string' ? sql : sql.text;
    let statement = kept.get(text);
    if (statement === undefined) {
      statement = database.prepare(text);
      kept.set(text, statement);
    }
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  };
}
