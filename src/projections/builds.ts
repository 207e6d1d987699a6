import { type Caller, type CallOptions, caller, outsider, type Store, unreadPage } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { checkId } from '../values/index.ts';
import type { BuildStatus } from './lease.ts';
import { type ParkedEntry, parkedOf } from './parked.ts';

/** One version of a projection over all threads. */
export interface ProjectionBuild {
  readonly name: string;
  readonly version: number;
  readonly status: BuildStatus;
  /** True while a process runs it. */
  readonly running: boolean;
  /** Undefined for a retired build, which does not go on. */
  readonly lag: ProjectionLag | undefined;
  /** How many entries it could not take. */
  readonly parked: number;
  /** The first hundred of them. */
  readonly parkedEntries: readonly ParkedEntry[];
  /** What stopped it, in the handler's words. */
  readonly error: string | undefined;
}

/** How far a build is behind the feed. */
export interface ProjectionLag {
  /** Entries of any kind behind its cursor, counted up to 1,000. */
  readonly entries: number;
  /** `at` of the first of them, epoch milliseconds. */
  readonly since: number | undefined;
}

interface Row {
  readonly name: string;
  readonly version: number | string;
  readonly status: BuildStatus;
  readonly cursor: string | null;
  readonly running: number | string;
  readonly parked: number | string;
  readonly error: string | null;
}

/** The version of a projection to read; undefined while its first one is being built. One row. */
export async function liveVersion(store: Store, name: string, options: CallOptions = {}): Promise<number | undefined> {
  const run = caller(store);
  const { signal } = optionsOf(options);
  checkId(name, 'name');
  const sql = store.dialect.statement(
    `select version from ${store.tables.projections} where name = ? and status = 'live'`,
  );
  const [row] = await run({ operation: 'liveVersion', signal }, scope =>
    scope.once(session => session.run<{ version: number | string }>(sql, [name])),
  );
  return row === undefined ? undefined : Number(row.version);
}

/** Every version of every projection that ever ran, by name and version. Reads what each is behind by. */
export async function projections(store: Store, options: CallOptions = {}): Promise<readonly ProjectionBuild[]> {
  const run = outsider(store);
  const { signal } = optionsOf(options);
  const builds: ProjectionBuild[] = [];
  for (const { name, version, status, cursor, running, parked, error } of await rowsOf(store, run, signal)) {
    const build = { name, version: Number(version) };
    builds.push({
      ...build,
      status,
      running: Number(running) === 1,
      lag: status === 'retired' ? undefined : await lagOf(store, run, cursor ?? undefined, signal),
      parked: Number(parked),
      parkedEntries: Number(parked) === 0 ? [] : await parkedOf(store, run, build),
      error: error ?? undefined,
    });
  }
  return builds;
}

const MOST = 1_000;

/** Pages may be empty and have moved all the same. */
async function lagOf(
  store: Store,
  run: Caller,
  cursor: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ProjectionLag> {
  let after = cursor;
  let entries = 0;
  let since: number | undefined;
  for (;;) {
    const page = await unreadPage(store, run, after, { operation: 'projections', limit: MOST - entries, signal });
    entries += page.entries.length;
    since ??= page.entries[0]?.at;
    if (!page.more || entries >= MOST) return { entries, since };
    after = page.next;
  }
}

async function rowsOf({ dialect, tables }: Store, run: Caller, signal: AbortSignal | undefined) {
  const sql = `select b.name, b.version, b.status, b.cursor, b.error,
  case when b.owner is not null and b.lease_until > ${dialect.clock} then 1 else 0 end as running,
  (select count(*) from ${tables.parked} p where p.name = b.name and p.version = b.version) as parked
from ${tables.projections} b order by b.name, b.version`;
  return run({ operation: 'projections', signal }, scope =>
    scope.once(session => session.run<Row>(dialect.statement(sql), [])),
  );
}
