import type { SqlEntityManager } from '@mikro-orm/sql';
import { inTransaction, type Session, throughKysely } from '../dialects/index.ts';
import { type Caller, type Entry, entryOf, inCleanContext, lift, type Store } from '../journal/index.ts';
import type { Handle } from './batch.ts';
import type { Build } from './lease.ts';
import { textOf } from './parked.ts';

interface Row {
  readonly thread_id: string;
  readonly entry_id: string;
  readonly seq: number | string;
  readonly at: number | string;
  readonly kind: string;
  readonly payload: string;
  readonly refs: string;
}

/** Each in a transaction of its own: what the handler writes, and that the entry is parked no more. */
export async function retryParked(
  store: Store,
  run: Caller,
  plan: Build & { readonly handle: Handle },
  signal: AbortSignal | undefined,
): Promise<{ readonly handled: number; readonly stillParked: number }> {
  const { dialect, tables } = store;
  const { name, version } = plan;
  const sql = dialect.statement(
    `select position from ${tables.parked} where name = ? and version = ? order by position`,
  );
  const rows = await run({ operation: 'retryParked', signal }, scope =>
    scope.once(session => session.run<{ position: number | string }>(sql, [name, version])),
  );
  let handled = 0;
  let stillParked = 0;
  for (const { position } of rows) {
    signal?.throwIfAborted();
    try {
      await inCleanContext(() => retryOne(store, plan, Number(position)));
      handled += 1;
    } catch (error) {
      stillParked += 1;
      const note = dialect.statement(
        `update ${tables.parked} set error = ? where name = ? and version = ? and position = ?`,
      );
      await run({ operation: 'retryParked' }, scope =>
        scope.once(session => session.run(note, [textOf(error), name, version, position])),
      );
    }
  }
  return { handled, stillParked };
}

async function retryOne(
  store: Store,
  { name, version, handle }: Build & { readonly handle: Handle },
  position: number,
) {
  const { dialect, tables } = store;
  await store.own.fork().transactional(async given => {
    const em = given as SqlEntityManager;
    const session = inTransaction(em, store.life.runner ?? throughKysely);
    // A runner's batch and this take turns.
    const hold = `update ${tables.projections} set fence = fence where name = ? and version = ? returning status`;
    const [build] = await session.run<{ status: string }>(dialect.statement(hold), [name, version]);
    const take = `delete from ${tables.parked} where name = ? and version = ? and position = ? returning position`;
    const taken = await session.run(dialect.statement(take), [name, version, position]);
    const entry = taken.length === 0 ? undefined : await entryAt(store, session, position);
    if (entry !== undefined) await handle([entry], em, { version, replay: build?.status === 'building' });
  });
}

/** Undefined when its thread was deleted; from here to the commit it cannot be. */
async function entryAt(store: Store, session: Session, position: number): Promise<Entry | undefined> {
  const { dialect, tables, settings } = store;
  const sql = `select e.thread_id, e.entry_id, e.seq, e.at, e.kind, e.payload, e.refs from ${tables.entries} e
join ${tables.threads} t on t.thread_id = e.thread_id where e.position = ? ${dialect.forKeyShare('t')}`;
  const [row] = await session.run<Row>(dialect.statement(sql), [position]);
  if (row === undefined) return undefined;
  const { thread_id, entry_id: id, kind, payload, refs } = row;
  return lift(settings, entryOf(thread_id, { id, seq: Number(row.seq), at: Number(row.at), kind, payload, refs }));
}
