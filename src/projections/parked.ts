import type { Caller, Store, UnreadEntry } from '../journal/index.ts';
import { inRunnersTransaction } from './batch.ts';
import type { Build, Lease } from './lease.ts';

/** An entry that a projection could not take. */
export interface ParkedEntry {
  readonly threadId: string;
  readonly seq: number;
  readonly entryId: string;
  /** What the handler, or the reading of the entry, had against it. */
  readonly error: string;
  /** Epoch milliseconds. */
  readonly parkedAt: number;
}

/** Sets an entry aside with its error, and goes past it, in one transaction. */
export async function park(
  store: Store,
  lease: Lease,
  { position }: UnreadEntry,
  error: unknown,
  next: string,
): Promise<void> {
  const { dialect, tables } = store;
  const sql = `insert into ${tables.parked} (name, version, position, error, parked_at)
values (?, ?, cast(? as bigint), ?, ${dialect.clock}) on conflict (name, version, position) do nothing`;
  await inRunnersTransaction(store, lease, next, async (_, session) => {
    await session.run(dialect.statement(sql), [lease.name, lease.version, position, textOf(error)]);
  });
}

/** The host's own words, kept beside the host's own data; cut where they would be a document. */
export function textOf(error: unknown): string {
  return String(error).replaceAll('\0', '').slice(0, 2_000);
}

interface Row {
  readonly thread_id: string;
  readonly seq: number | string;
  readonly entry_id: string;
  readonly error: string;
  readonly parked_at: number | string;
}

/** The first hundred, in order; entries of deleted threads are no longer there. */
export async function parkedOf({ dialect, tables }: Store, run: Caller, build: Build): Promise<readonly ParkedEntry[]> {
  const sql = `select e.thread_id, e.seq, e.entry_id, p.error, p.parked_at from ${tables.parked} p
join ${tables.entries} e on e.position = p.position where p.name = ? and p.version = ? order by p.position limit 100`;
  const rows = await run({ operation: 'projections' }, scope =>
    scope.once(session => session.run<Row>(dialect.statement(sql), [build.name, build.version])),
  );
  return rows.map(row => ({
    threadId: row.thread_id,
    seq: Number(row.seq),
    entryId: row.entry_id,
    error: row.error,
    parkedAt: Number(row.parked_at),
  }));
}
