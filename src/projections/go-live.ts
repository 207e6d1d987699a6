import { type Caller, parseCursor, type Store } from '../journal/index.ts';
import { ProjectionRetiredError } from '../projection-errors.ts';
import { type Lease, LeaseLost } from './lease.ts';
import { report } from './report.ts';

interface Row {
  readonly version: number | string;
  readonly fence: number | string;
  readonly status: string;
}

/**
 * Makes a build that has caught up the one to read. The runner of the live version is stopped first, by taking its
 * lease: what it handled up to then, `step` by step is brought in, so that nothing a reader saw is missing behind the
 * swap. Dies the swapper between, that lease runs out, and the old version is run on.
 */
export async function goLive(store: Store, run: Caller, lease: Lease, step: () => Promise<unknown>): Promise<void> {
  while (lease.status === 'building') {
    const live = await stopLive(store, run, lease);
    // To the end of one batch: what is committed meanwhile neither prolongs it nor was seen by a reader.
    do {
      await step();
      if (live !== undefined) await keepStopped(store, run, lease, live);
    } while (isMidst(lease.cursor));
    if (await swap(store, run, lease, live)) {
      lease.status = 'live';
      report({ event: 'live', name: lease.name, version: lease.version });
    }
  }
}

/** Undefined when no version is live. Waits for the batch under way. @throws ProjectionRetiredError */
async function stopLive({ dialect, tables }: Store, run: Caller, lease: Lease): Promise<Row | undefined> {
  const { name, version, owner, leaseMs } = lease;
  const sql = `update ${tables.projections}
set owner = ?, fence = fence + 1, lease_until = ${dialect.clock} + cast(? as bigint)
where name = ? and status = 'live' and version < ? returning version, fence, status`;
  const [row] = await run({ operation: 'project' }, scope =>
    scope.once(session => session.run<Row>(dialect.statement(sql), [owner, leaseMs, name, version])),
  );
  return row;
}

/** As long as it takes: the old version's runner would take it on when the lease runs out. */
async function keepStopped({ dialect, tables }: Store, run: Caller, lease: Lease, live: Row): Promise<void> {
  const sql = `update ${tables.projections} set lease_until = ${dialect.clock} + cast(? as bigint)
where name = ? and version = ? and fence = ?`;
  const { leaseMs, name } = lease;
  await run({ operation: 'project' }, scope =>
    scope.once(session => session.run(dialect.statement(sql), [leaseMs, name, live.version, live.fence])),
  );
}

function isMidst(cursor: string | undefined): boolean {
  return cursor !== undefined && parseCursor(cursor)?.target !== '';
}

/** False when the old version was taken on by a runner meanwhile: then it may be ahead. */
async function swap({ dialect, tables }: Store, run: Caller, lease: Lease, live: Row | undefined): Promise<boolean> {
  const { name, version, fence } = lease;
  const look = dialect.statement(
    `select version, fence, status from ${tables.projections} where name = ? order by version ${dialect.forUpdate}`,
  );
  const retire = dialect.statement(
    `update ${tables.projections} set status = 'retired', owner = null, lease_until = 0
where name = ? and version < ? and status <> 'retired'`,
  );
  const raise = dialect.statement(
    `update ${tables.projections} set status = 'live' where name = ? and version = ? and fence = ?`,
  );
  return run({ operation: 'project' }, scope =>
    scope.together(async session => {
      const rows = await session.run<Row>(look, [name]);
      const now = rows.find(({ status }) => status === 'live');
      if (now !== undefined && Number(now.version) > version) throw new ProjectionRetiredError({ name, version });
      const mine = rows.find(row => Number(row.version) === version);
      if (Number(mine?.fence) !== fence || mine?.status !== 'building') throw new LeaseLost();
      if (now?.version !== live?.version || now?.fence !== live?.fence) return false;
      await session.run(retire, [name, version]);
      await session.run(raise, [name, version, fence]);
      return true;
    }),
  );
}
