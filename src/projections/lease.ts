import type { Session } from '../dialects/index.ts';
import type { Caller, Store } from '../journal/index.ts';
import { ProjectionRetiredError } from '../projection-errors.ts';

/** Names one build of a projection: a row, a cursor, a lease. */
export interface Build {
  readonly name: string;
  readonly version: number;
}

/** `building`: not to be read yet. `live`: the one to read. `retired`: another one took its place. */
export type BuildStatus = 'building' | 'live' | 'retired';

/**
 * The right to run a build, until it is taken by another. The fence goes up with each taking: whoever comes with an
 * older one changes nothing, however late.
 */
export interface Lease extends Build {
  readonly owner: string;
  readonly fence: number;
  readonly leaseMs: number;
  cursor: string | undefined;
  status: BuildStatus;
}

/** Somebody else runs the build now. */
export class LeaseLost extends Error {}

interface Seen {
  readonly version: number | string;
  readonly status: BuildStatus;
  readonly owner: string | null;
  readonly held: number | string;
}

interface Row {
  readonly fence: number | string;
  readonly cursor: string | null;
  readonly status: BuildStatus;
}

/**
 * Takes the lease if nobody holds it: undefined if somebody does.
 *
 * @throws ProjectionRetiredError
 */
export async function takeLease(
  store: Store,
  run: Caller,
  build: Build & Pick<Lease, 'owner' | 'leaseMs'>,
  signal?: AbortSignal,
): Promise<Lease | undefined> {
  const { dialect, tables } = store;
  const { name, version, owner, leaseMs } = build;
  const clock = dialect.clock;
  return run({ operation: 'project', signal }, scope =>
    scope.once(async session => {
      // Seen first: the change itself would wait for the batch that the holder is at.
      const look = `select version, status, owner, case when lease_until > ${clock} then 1 else 0 end as held
from ${tables.projections} where name = ?`;
      const builds = await session.run<Seen>(dialect.statement(look), [name]);
      const seen = builds.find(row => Number(row.version) === version);
      const newer = builds.some(row => row.status === 'live' && Number(row.version) > version);
      if (newer || seen?.status === 'retired') throw new ProjectionRetiredError({ name, version });
      if (seen === undefined) await create(store, session, build);
      else if (seen.owner !== null && seen.owner !== owner && Number(seen.held) === 1) return undefined;
      const take = `update ${tables.projections}
set owner = ?, fence = fence + 1, lease_until = ${clock} + cast(? as bigint)
where name = ? and version = ? and status <> 'retired' and (owner is null or owner = ? or lease_until <= ${clock})
returning fence, cursor, status`;
      const [row] = await session.run<Row>(dialect.statement(take), [owner, leaseMs, name, version, owner]);
      if (row === undefined) return undefined;
      const { fence, cursor, status } = row;
      return { ...build, fence: Number(fence), cursor: cursor ?? undefined, status };
    }),
  );
}

async function create({ dialect, tables }: Store, session: Session, { name, version }: Build): Promise<void> {
  const sql = `insert into ${tables.projections} (name, version, cursor, status, owner, fence, lease_until, error)
values (?, ?, null, 'building', null, 0, 0, null) on conflict (name, version) do nothing`;
  await session.run(dialect.statement(sql), [name, version]);
}

/**
 * First thing in every transaction of a runner: holds the build's row until it ends, so that no other runner can come
 * between.
 *
 * @throws LeaseLost
 */
export async function holdLease({ dialect, tables }: Store, session: Session, lease: Lease): Promise<void> {
  const sql = `update ${tables.projections} set lease_until = ${dialect.clock} + cast(? as bigint)
where name = ? and version = ? and fence = ? and status <> 'retired' returning cursor`;
  const { leaseMs, name, version, fence } = lease;
  const [row] = await session.run<{ cursor: string | null }>(dialect.statement(sql), [leaseMs, name, version, fence]);
  if (row === undefined || (row.cursor ?? undefined) !== lease.cursor) throw new LeaseLost();
}

/** Last thing in it: where to go on, stored with what was done up to there. @throws LeaseLost */
export async function storeCursor(
  { dialect, tables }: Store,
  session: Session,
  { leaseMs, name, version, fence }: Lease,
  cursor: string,
): Promise<void> {
  const sql = `update ${tables.projections} set cursor = ?, error = null, lease_until = ${dialect.clock} + cast(? as bigint)
where name = ? and version = ? and fence = ? returning version`;
  const rows = await session.run(dialect.statement(sql), [cursor, leaseMs, name, version, fence]);
  if (rows.length === 0) throw new LeaseLost();
}

/** Gives the lease back, so that another runner need not wait until it runs out. `error`: why it was given up. */
export async function releaseLease(
  { dialect, tables }: Store,
  run: Caller,
  { name, version, fence }: Lease,
  error: string | undefined,
): Promise<void> {
  const sql = `update ${tables.projections} set owner = null, lease_until = 0, error = coalesce(cast(? as text), error)
where name = ? and version = ? and fence = ?`;
  await run({ operation: 'project' }, scope =>
    scope.once(session => session.run(dialect.statement(sql), [error ?? null, name, version, fence])),
  );
}
