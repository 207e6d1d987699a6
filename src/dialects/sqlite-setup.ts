import { pause } from './pause.ts';

interface Query {
  readonly sql: string;
}

interface Connection {
  executeQuery(query: Query, ...rest: unknown[]): Promise<unknown>;
}

/**
 * For `onCreateConnection` of a SQLite host: WAL, `synchronous = FULL` (the driver's own default in WAL mode loses
 * acknowledged commits at a power cut), and statements and transactions of the host's that wait for their turn without
 * blocking the event loop. Transactions begin IMMEDIATE: one that read first and wrote later would fail at once when
 * another process wrote between.
 *
 * `busyMs`: how long a statement or a transaction of the host waits for the write lock. Default 5,000.
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
    // The change of journal_mode needs the lock, which another process may hold at start-up.
    await run('pragma busy_timeout = 5000');
    await run('pragma journal_mode = wal');
    await run('pragma synchronous = full');
    // The driver's own wait would stop the event loop; from here on waiting is done by a timer.
    await run('pragma busy_timeout = 0');
    connection.executeQuery = async (query, ...rest) => {
      const begins = query.sql === 'begin';
      const sent = begins ? rawQuery('begin immediate') : query;
      const end = performance.now() + busyMs;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await execute(sent, ...rest);
        } catch (error) {
          if (!isBusy(error)) throw error;
          if (performance.now() < end) await pause(attempt);
          // A BEGIN that throws would leave the ORM's mutex locked for good: begin deferred, and let the write throw.
          else if (begins) return await execute(query, ...rest);
          else throw error;
        }
      }
    };
  };
}

/** Not SQLITE_BUSY_SNAPSHOT: that statement can never succeed in its transaction. */
function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'SQLITE_BUSY';
}

function rawQuery(sql: string): Query {
  const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] };
  return { sql, parameters: [], query, queryId: { queryId: 'thread-journal' } } as Query;
}
