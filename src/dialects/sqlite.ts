import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Attempt, Dialect, Failure, Fragment, Rows, RowType, Tables } from './dialect.ts';
import { pause } from './pause.ts';
import { onConnection, type Session } from './session.ts';
import { atOnce, BUSY, isBusy } from './sqlite-at-once.ts';
import { sqliteFeed } from './sqlite-feed.ts';
import { nativeSqlite } from './sqlite-native.ts';
import { watchSqlite } from './sqlite-watch.ts';

/** The host's own busy timeout, by EntityManager: asked once, since asking costs as much as an insert. */
const waits = new WeakMap<SqlEntityManager, number>();

export const sqlite: Dialect = {
  statement: sql => sql,

  rows: (columns: RowType, rows: Rows): Fragment => {
    const names = Object.keys(columns);
    const [only] = rows;
    if (only !== undefined && rows.length === 1) {
      const picked = names.map(name => `? as ${name}`).join(', ');
      return { sql: `(select ${picked}, 1 as ord) i`, parameters: names.map(name => only[name]) };
    }
    const picked = names.map((name, index) => `value ->> ${index} as ${name}`).join(', ');
    return {
      sql: `(select ${picked}, key + 1 as ord from json_each(?)) i`,
      parameters: [JSON.stringify(rows.map(row => names.map(name => row[name])))],
    };
  },

  // CROSS JOIN keeps the order of the loops: rows outside, index look-up inside.
  probe: (table, condition) => `cross join ${table} e on ${condition}`,

  joinSome: (table, condition) => `left join ${table} e on ${condition}`,

  anyOf: (column, values) =>
    values.length === 1
      ? { sql: `${column} = ?`, parameters: values }
      : { sql: `${column} in (select value from json_each(?))`, parameters: [JSON.stringify(values)] },

  lockHeads: (tables: Tables, ids: string, locking) =>
    locking === 'inside'
      ? `update ${tables.threads} set version = version where ${ids} returning thread_id, generation, rev, head_hash`
      : `select thread_id, generation, rev, head_hash from ${tables.threads} where ${ids}`,

  writesTogether: false,

  forUpdate: '',
  forKeyShare: () => '',
  transactionId: '0',
  clock: "cast(unixepoch('subsec') * 1000 as integer)",
  claim: undefined,

  remote: false,

  bytesOf: `select coalesce(sum(pgsize), 0) as bytes from dbstat where aggregate = 1
    and name in (select name from sqlite_master where tbl_name = replace(?, '"', ''))`,
  feed: sqliteFeed,

  triggersOf: `select name from sqlite_master where type = 'trigger' and tbl_name = replace(?, '"', '')`,

  runner: nativeSqlite,

  transaction: async (em, runner, call, body) => {
    for (let attempt = 1; ; attempt += 1) {
      const result = await onConnection(em, runner, session => once(em, session, call, body));
      if (result !== BUSY) return result;
      await pause(attempt);
      call.check();
    }
  },

  transactionOfSteps: async (em, runner, call, steps) => {
    const { now } = runner;
    if (now === undefined) return sqlite.transaction(em, runner, call, session => session.perform(steps()));
    for (let attempt = 1; ; attempt += 1) {
      const result = await onConnection(em, runner, async session =>
        atOnce(now, await busyMsOf(em, session), call, steps),
      );
      if (result !== BUSY) return result;
      await pause(attempt);
      call.check();
    }
  },

  classify,
  isAway: error => classify(error) === 'retry',
  watch: watchSqlite,
  notify: undefined,
};

/**
 * BEGIN IMMEDIATE: a transaction that reads first and writes later fails at once when another process wrote between.
 * The driver would wait for the lock inside the call, with the event loop standing still, so its wait is set to
 * nothing meanwhile and the waiting is done by a timer.
 */
async function once<T>(
  em: SqlEntityManager,
  session: Session,
  call: Attempt,
  body: (session: Session) => Promise<T>,
): Promise<T | typeof BUSY> {
  call.check();
  const before = await busyMsOf(em, session);
  if (before > 0) await session.run('pragma busy_timeout = 0', []);
  try {
    try {
      await session.run('begin immediate', []);
    } catch (error) {
      if (classify(error) === 'retry') return BUSY;
      throw error;
    }
    return await committed(session, call, body);
  } finally {
    if (before > 0) await session.run(`pragma busy_timeout = ${before}`, []);
  }
}

async function busyMsOf(em: SqlEntityManager, session: Session): Promise<number> {
  const known = waits.get(em);
  if (known !== undefined) return known;
  const [row] = await session.run<{ timeout: number }>('pragma busy_timeout', []);
  const busyMs = row?.timeout ?? 0;
  waits.set(em, busyMs);
  return busyMs;
}

async function committed<T>(session: Session, call: Attempt, body: (session: Session) => Promise<T>): Promise<T> {
  try {
    const result = await body(session);
    call.check();
    call.send();
    await session.run('commit', []);
    return result;
  } catch (error) {
    call.takeBack();
    await session.run('rollback', []).catch(() => {});
    throw error;
  }
}

function classify(error: unknown): Failure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return undefined;
  if (isBusy(error)) return 'retry';
  if (code.startsWith('SQLITE_READONLY')) return 'forbidden';
  return code.startsWith('SQLITE_CONSTRAINT') ? 'refused' : undefined;
}
