import { pause } from './pause.ts';

interface Connection {
  executeQuery(query: { readonly sql: string }, ...rest: unknown[]): Promise<unknown>;
}

/**
 * For `onCreateConnection` of a SQLite host: WAL, `synchronous = FULL` (the driver's own default in WAL mode loses
 * acknowledged commits at a power cut), and transactions that begin IMMEDIATE and wait for their turn without
 * blocking the event loop.
 *
 * `busyMs`: how long a transaction of the host waits for the write lock. Default 5,000.
 */
export function sqliteSetup({
  busyMs = 5_000,
}: {
  readonly busyMs?: number | undefined;
} = {}): (connection: unknown) => Promise<void> {
  return async given => {
    const connection = given as Connection;
    const execute = connection.executeQuery.bind(connection);
    const run = (sql: string): Promise<unknown> => execute(rawQuery(sql));
    // Before journal_mode: changing it needs the lock, which another process may hold at start-up.
    await run('pragma busy_timeout = 5000');
    await run('pragma journal_mode = wal');
    await run('pragma synchronous = full');
    connection.executeQuery = async (query, ...rest) => {
      if (query.sql !== 'begin') return execute(query, ...rest);
      await run('pragma busy_timeout = 0');
      try {
        return await beginImmediate(run, busyMs);
      } catch (error) {
        // A BEGIN that throws would leave the ORM's mutex locked for good: begin deferred, and let the write throw.
        if (!isBusy(error)) throw error;
        return await execute(query, ...rest);
      } finally {
        await run('pragma busy_timeout = 5000');
      }
    };
  };
}

async function beginImmediate(run: (sql: string) => Promise<unknown>, busyMs: number): Promise<unknown> {
  const end = performance.now() + busyMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run('begin immediate');
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
      await pause(attempt);
    }
  }
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

function rawQuery(sql: string): { readonly sql: string; readonly parameters: readonly unknown[] } & object {
  const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] };
  return { sql, parameters: [], query, queryId: { queryId: 'thread-journal' } } as never;
}
