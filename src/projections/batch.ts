import type { SqlEntityManager } from '@mikro-orm/sql';
import { inTransaction, type Session, throughKysely } from '../dialects/index.ts';
import { type Entry, inCleanContext, type Store, type UnreadEntry } from '../journal/index.ts';
import { holdLease, type Lease, storeCursor } from './lease.ts';

export interface HandleContext {
  readonly version: number;
  /**
   * True while this version is built from the journal's beginning and nobody reads it yet: do nothing then that the
   * world can see.
   */
  readonly replay: boolean;
}

/** Host code: takes entries, and writes what they mean through `em`. */
export type Handle = (entries: readonly Entry[], em: SqlEntityManager, context: HandleContext) => Promise<void>;

/** An entry that was read, and where it stands. */
export interface Item {
  readonly unread: UnreadEntry;
  readonly entry: Entry & { readonly cursor: string };
}

/** A thread was deleted after the feed told of it: nothing of it may be written any more. */
export class ThreadGone extends Error {}

/** In one transaction: what the handler writes, and the cursor behind the last entry it was given. */
export async function handleBatch(
  store: Store,
  lease: Lease,
  handle: Handle,
  items: readonly Item[],
  next: string,
): Promise<void> {
  await inRunnersTransaction(store, lease, next, async (em, session) => {
    const context = { version: lease.version, replay: lease.status === 'building' };
    await handle(
      items.map(({ entry }) => entry),
      em,
      context,
    );
    await em.flush();
    await keepThreads(store, session, items);
  });
}

/** A transaction of the runner's own, on an EntityManager of its own, that only the holder of the lease can commit. */
export async function inRunnersTransaction(
  store: Store,
  lease: Lease,
  next: string,
  body: (em: SqlEntityManager, session: Session) => Promise<void>,
): Promise<void> {
  await inCleanContext(() =>
    store.own.fork().transactional(async given => {
      const em = given as SqlEntityManager;
      const session = inTransaction(em, store.life.runner ?? throughKysely);
      await holdLease(store, session, lease);
      await body(em, session);
      await storeCursor(store, session, lease, next);
    }),
  );
  lease.cursor = next;
}

/**
 * Between the feed's page and this transaction a thread may have been deleted, and whoever deleted it has cleaned up
 * behind it already. From here to the commit it can be no more; appends go on. @throws ThreadGone
 */
async function keepThreads({ dialect, tables }: Store, session: Session, items: readonly Item[]): Promise<void> {
  const last = new Map(items.map(({ unread }) => [unread.threadId, unread.position]));
  const positions = [...last.values()].map(position => ({ position }));
  const rows = dialect.rows({ position: 'bigint' }, positions);
  const sql = `select e.position from ${rows.sql} join ${tables.entries} e on e.position = i.position
join ${tables.threads} t on t.thread_id = e.thread_id order by t.thread_id ${dialect.forKeyShare('t')}`;
  const found = await session.run(dialect.statement(sql), rows.parameters);
  if (found.length < last.size) throw new ThreadGone();
}
