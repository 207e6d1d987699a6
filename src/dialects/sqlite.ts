import type { Attempt, Dialect, Failure, RowSource, RowType, Tables } from './dialect.ts';
import { pause } from './pause.ts';
import { onConnection, type Session } from './session.ts';
import { sqliteFeed } from './sqlite-feed.ts';
import { nativeSqlite } from './sqlite-native.ts';

const BUSY = Symbol('busy');

export const sqlite: Dialect = {
  statement: sql => sql,

  rows: (columns: RowType): RowSource => {
    const names = Object.keys(columns);
    const picked = names.map((name, index) => `value ->> ${index} as ${name}`).join(', ');
    return {
      from: `(select ${picked}, key + 1 as ord from json_each(?)) i`,
      bind: rows => [JSON.stringify(rows.map(row => names.map(name => row[name])))],
    };
  },

  // CROSS JOIN keeps the order of the loops: rows outside, index look-up inside.
  probe: (table, condition) => `cross join ${table} e on ${condition}`,

  anyOf: column => ({
    condition: `${column} in (select value from json_each(?))`,
    bind: values => [JSON.stringify(values)],
  }),

  lockHeads: (tables: Tables, ids: string) =>
    `update ${tables.threads} set version = version where ${ids} returning thread_id, rev, head_hash`,

  writesTogether: false,

  forUpdate: '',
  forKeyShare: () => '',
  transactionId: '0',
  claim: () => undefined,

  remote: false,

  feed: sqliteFeed,

  triggersOf: `select name from sqlite_master where type = 'trigger' and tbl_name = replace(?, '"', '')`,

  runner: nativeSqlite,

  transaction: async (em, runner, call, body) => {
    for (let attempt = 1; ; attempt += 1) {
      const result = await onConnection(em, runner, session => once(session, call, body));
      if (result !== BUSY) return result;
      await pause(attempt);
      call.check();
    }
  },

  classify,
};

/**
 * BEGIN IMMEDIATE: a transaction that reads first and writes later fails at once when another process wrote between.
 * The driver would wait for the lock inside the call, with the event loop standing still, so its wait is set to
 * nothing meanwhile and the waiting is done by a timer.
 */
async function once<T>(
  session: Session,
  call: Attempt,
  body: (session: Session) => Promise<T>,
): Promise<T | typeof BUSY> {
  call.check();
  const [before] = await session.run<{ timeout: number }>('pragma busy_timeout', []);
  await session.run('pragma busy_timeout = 0', []);
  try {
    try {
      await session.run('begin immediate', []);
    } catch (error) {
      if (classify(error) === 'retry') return BUSY;
      throw error;
    }
    return await committed(session, call, body);
  } finally {
    await session.run(`pragma busy_timeout = ${before?.timeout ?? 5000}`, []);
  }
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
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'retry';
  if (code.startsWith('SQLITE_READONLY')) return 'forbidden';
  return code.startsWith('SQLITE_CONSTRAINT') ? 'refused' : undefined;
}
