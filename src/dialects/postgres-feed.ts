import type { Tables } from './dialect.ts';
import { type Feed, type FeedPlace, type FeedQuery, type FeedRow, type FeedState, STRETCH } from './feed.ts';
import { parseSnapshot, printSnapshot, type Snapshot, seenOf } from './postgres-snapshot.ts';

const COLUMNS = 'e.position, e.thread_id, e.seq, e.entry_id, e.at, e.kind, e.payload, e.refs';
const OF_KIND = 'and e.kind = any(?::text[])';
const COMMITTED = 'pg_visible_in_snapshot(e.xid, pg_current_snapshot())';

interface Row extends FeedRow {
  readonly now: string;
  readonly newest: string | null;
  readonly standby: boolean;
  readonly identity: string;
  /** Of an increment that is more than a page: its lowest position. */
  readonly lowest?: string | null;
  /** Of a stretch: its last position, and how many rows it has. */
  readonly reached?: string | null;
  readonly passed?: string;
}

/** Pages go by increments between two snapshots; positions only order what is inside one. */
export const postgresFeed: Feed = {
  identity: [
    ['(select system_identifier::text from pg_control_system())'],
    [
      // The control file names a promoted server's new timeline only after its first checkpoint.
      'case when pg_is_in_recovery() then null else substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end',
      '(select timeline_id::text from pg_control_checkpoint())',
    ],
  ],
  knows: ({ base, target, position }) =>
    [base, target].every(mark => mark === '' || parseSnapshot(mark) !== undefined) && (target !== '' || position === 0),
  page: (tables, query, identity) =>
    isIncrement(query.place) ? increment(tables, query, identity) : stretch(tables, query, identity),
  state: (query, rows) => stateOf(query, rows as readonly Row[]),
  end: target => ({ base: target, target: '', position: 0 }),
  at: ({ base }, target, { position }) => ({ base, target, position: Number(position) }),
  // A row that is here and yet of a transaction that is running, or has not begun, is of another server.
  renew: ({ entries }) => `with renewed as (
  update ${entries} e set xid = '3' where not ${COMMITTED} returning 1
) select count(*) as renewed from renewed`,
};

function isIncrement({ base, target }: FeedPlace): boolean {
  return base !== '' && target === '';
}

function ground({ entries }: Tables, identity: readonly string[]): { from: string; parameters: readonly unknown[] } {
  const parts = [
    ...identity,
    '(select oid from pg_database where datname = current_database())',
    'to_regclass(?)::oid',
  ];
  return {
    from: `(select pg_current_snapshot()::text as now, pg_is_in_recovery() as standby,
    (select e.xid from ${entries} e order by e.xid desc limit 1)::text as newest,
    concat_ws('/', ${parts.join(', ')}) as identity) g`,
    parameters: [entries],
  };
}

/**
 * What was committed since the base, by the index on xid, if it is no more than a page; else only where it begins.
 * Written so that the plan does not depend on statistics: an `or`, or an order by position, may make the planner walk
 * the whole table in search of the few rows at its end.
 */
function increment(tables: Tables, { place, kinds, limit }: FeedQuery, identity: readonly string[]) {
  const { xmax, running } = parseSnapshot(place.base) ?? { xmax: 0n, running: [] };
  const { from, parameters } = ground(tables, identity);
  const ofKind = kinds === undefined ? '' : OF_KIND;
  const bound = kinds === undefined ? [] : [kinds];
  const since = [String(xmax), running.map(String)];
  const most = limit + 1;
  const sql = `with fresh as materialized (
  (select ${COLUMNS} from ${tables.entries} e where e.xid >= ?::xid8 and ${COMMITTED} ${ofKind} order by e.xid limit ?)
  union all
  (select ${COLUMNS} from unnest(?::xid8[]) as r(xid) cross join lateral (
    select e.* from ${tables.entries} e where e.xid >= r.xid and e.xid <= r.xid and ${COMMITTED} ${ofKind} order by e.xid limit ?
  ) e limit ?)
), counted as (select count(*) as n from fresh)
select g.*, f.*, case when c.n > ? then (
  select min(e.position + 0) from ${tables.entries} e where e.xid >= ?::xid8 or e.xid = any(?::xid8[])
) end as lowest
from ${from} cross join counted c left join fresh f on c.n <= ?`;
  return {
    sql,
    parameters: [since[0], ...bound, most, since[1], ...bound, most, most, limit, ...since, ...parameters, limit],
  };
}

/** The next rows by position, and of them those of this batch: bounded work, however few they are. */
function stretch(tables: Tables, query: FeedQuery, identity: readonly string[]) {
  const { place, kinds, limit } = query;
  const { from, parameters } = ground(tables, identity);
  const conditions = [
    place.target === '' ? COMMITTED : 'pg_visible_in_snapshot(e.xid, ?::pg_snapshot)',
    ...(place.base === '' ? [] : ['not pg_visible_in_snapshot(e.xid, ?::pg_snapshot)']),
  ].join(' and ');
  const bound = [place.target, place.base].filter(mark => mark !== '');
  const sql = `with stretch as materialized (
  select ${COLUMNS}, e.xid from ${tables.entries} e where e.position > ?::bigint order by e.position limit ?
)
select g.*, f.*, (select max(e.position) from stretch e) as reached, (select count(*) from stretch) as passed
from ${from} left join (
  select ${COLUMNS} from stretch e where ${conditions} ${kinds === undefined ? '' : OF_KIND} order by e.position limit ?
) f on true`;
  return {
    sql,
    parameters: [
      ...[place.position, lengthOf(query), ...parameters],
      ...[...bound, ...(kinds === undefined ? [] : [kinds]), limit],
    ],
  };
}

function lengthOf({ place, kinds, limit }: FeedQuery): number {
  return place.base === '' && kinds === undefined ? limit : Math.max(limit, STRETCH);
}

function stateOf(query: FeedQuery, rows: readonly Row[]): FeedState {
  const { place, limit } = query;
  const [row] = rows;
  const now = parseSnapshot(row?.now ?? '');
  if (row === undefined || now === undefined) throw new TypeError('the feed page has no snapshot');
  const newest = row.newest === null ? undefined : BigInt(row.newest);
  const target = place.target === '' ? markOf(seenOf(now, newest, parseSnapshot(place.base))) : place.target;
  const inside = (position: number | string): FeedPlace => ({ ...place, target, position: Number(position) });
  const over = postgresFeed.end(target);
  const next = (): FeedPlace => {
    if (isIncrement(place)) return row.lowest == null ? over : inside(Number(row.lowest) - 1);
    const last = rows.at(-1)?.position;
    // Sorted by its own statement, but through a join that need not keep the order.
    const found = Math.max(...rows.map(({ position }) => Number(position ?? 0)));
    if (last != null && rows.length === limit) return inside(found);
    return Number(row.passed) < lengthOf(query) ? over : inside(row.reached ?? place.position);
  };
  const marks = [place.base, place.target].flatMap(mark => parseSnapshot(mark) ?? []);
  const trouble = row.standby
    ? 'standby'
    : newest !== undefined && newest >= now.xmax
      ? 'restored'
      : marks.some(mark => mark.xmax > now.xmax)
        ? 'rewound'
        : undefined;
  return { identity: row.identity, trouble, target, next: next() };
}

function markOf(seen: Snapshot | undefined): string {
  return seen === undefined ? '' : printSnapshot(seen);
}
