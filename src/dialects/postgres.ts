import type { Attempt, Dialect, Fragment, Rows, RowType, Tables } from './dialect.ts';
import { pause } from './pause.ts';
import { claimStatement } from './postgres-claim.ts';
import { classify, isAway } from './postgres-errors.ts';
import { postgresFeed } from './postgres-feed.ts';
import { notifyPostgres } from './postgres-notify.ts';
import { preparedPostgres } from './postgres-prepared.ts';
import { watchPostgres } from './postgres-watch.ts';
import { onConnection, type Session } from './session.ts';

export const postgres: Dialect = {
  statement: sql => {
    let index = 0;
    return sql.replace(/\?/g, () => `$${++index}`);
  },

  rows: (columns: RowType, rows: Rows): Fragment => {
    const names = Object.keys(columns);
    const arrays = names.map(name => `?::${columns[name]}[]`).join(', ');
    return {
      sql: `unnest(${arrays}) with ordinality as i(${names.join(', ')}, ord)`,
      parameters: names.map(name => rows.map(row => row[name])),
    };
  },

  probe: (table, condition) => `cross join lateral (select e.* from ${table} e where ${condition} limit 1) e`,

  joinSome: (table, condition, limit) =>
    `left join lateral (select * from ${table} e where ${condition} order by e.seq limit ${limit}) e on true`,

  anyOf: (column, values) => ({ sql: `${column} = any(?::text[])`, parameters: [values] }),

  lockHeads: (tables: Tables, ids: string, locking) =>
    `select thread_id, generation, rev, head_hash from ${tables.threads} where ${ids} order by thread_id for update${locking === 'skip' ? ' skip locked' : ''}`,
  writesTogether: true,

  forUpdate: 'for update',
  forKeyShare: alias => `for key share of ${alias}`,
  transactionId: 'pg_current_xact_id()',
  clock: 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)',
  claim: claimStatement,

  remote: true,

  bytesOf: 'select pg_total_relation_size(to_regclass(?)) as bytes',
  feed: postgresFeed,

  triggersOf: `select t.tgname as name from pg_catalog.pg_trigger t where t.tgrelid = to_regclass(?) and not t.tgisinternal`,

  runner: preparedPostgres,

  transaction: async (em, runner, call, body) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await onConnection(em, runner, session => once(session, call, body));
      } catch (error) {
        const failure = classify(error);
        // Past COMMIT nothing is tried again: it may be recorded. A lost connection is tried a few times, not for ever.
        const again = failure === 'retry' || (failure === 'connection-lost' && attempt < 4);
        if (call.sent || !again || call.left <= 0) throw error;
        await pause(attempt);
      }
    }
  },

  transactionOfSteps: (em, runner, call, steps) =>
    postgres.transaction(em, runner, call, session => session.perform(steps())),

  classify,
  isAway,
  watch: watchPostgres,
  notify: notifyPostgres,
};

async function once<T>(session: Session, call: Attempt, body: (session: Session) => Promise<T>): Promise<T> {
  call.check();
  // The duplicates are looked up after the lock was waited for: the look-up must see what was committed meanwhile.
  await session.run('begin isolation level read committed', []);
  try {
    const result = await body(session);
    call.check();
    call.send();
    await session.run('commit', []);
    return result;
  } catch (error) {
    // An answer with a code means that COMMIT did not happen; only silence leaves it open.
    if (classify(error) !== 'connection-lost') call.takeBack();
    await session.run('rollback', []).catch(() => {});
    throw error;
  }
}
