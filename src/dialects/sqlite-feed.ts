import { hash } from 'node:crypto';
import type { Tables } from './dialect.ts';
import { type Feed, type FeedPlace, type FeedQuery, type FeedRow, type FeedState, STRETCH } from './feed.ts';

interface Row extends FeedRow {
  /** What makes the entry this one: nothing in it holds a line feed. */
  readonly stands: string | null;
  readonly generation: string | null;
  /** The newest entry there is. */
  readonly newest: number | null;
  readonly newest_stands: string | null;
  readonly newest_generation: string | null;
  /** The highest position that was ever given. */
  readonly top: number | null;
  /** The entry at the cursor, or else whether the thread that it was of was deleted. */
  readonly anchor_stands: string | null;
  readonly covered: number | null;
  /** The end of the stretch that was looked through, and how many rows it has. */
  readonly reached: number | null;
  readonly reached_stands: string | null;
  readonly reached_generation: string | null;
  readonly passed: number;
}

/**
 * Writers take turns, so position order is the order of commits. A file has no identity that a copy of it lacks, so
 * the base of a cursor is an anchor: the entry at its position, and the generation of the thread it is of.
 */
export const sqliteFeed: Feed = {
  identity: [],
  knows: ({ base, target, position }) => {
    if (target !== '' && targetOf(target) === undefined) return false;
    return base === '' ? position === 0 : position > 0 && anchorOf(base) !== undefined;
  },
  page,
  state: (query, rows) => stateOf(query, rows as readonly Row[]),
  end: target => ({ base: '', position: 0, ...targetOf(target), target: '' }),
  at: (_place, target, row) => ({ ...after(row as Row), target }),
  renew: () => undefined,
};

function stands(alias: string, thread: string): string {
  const fields = [`${alias}.thread_id`, `${thread}.generation`, `${alias}.seq`, `${alias}.entry_id`, `${alias}.at`];
  return fields.map(field => `ifnull(${field}, '')`).join(' || char(10) || ');
}

function page({ entries, threads, erasures }: Tables, query: FeedQuery) {
  const { place, kinds, limit } = query;
  const to = targetOf(place.target)?.position;
  const one = (where: string): string =>
    `select e.position, ${stands('e', 't')} as stands, t.generation from ${entries} e
    left join ${threads} t on t.thread_id = e.thread_id ${where}`;
  const sql = `with stretch as materialized (
  select e.* from ${entries} e where e.position > ? ${to === undefined ? '' : 'and e.position <= ?'} order by e.position limit ?
), newest as materialized (${one('order by e.position desc limit 1')}),
anchor as materialized (${one('where e.position = ?')}),
reached as materialized (${one('where e.position = (select max(position) from stretch)')})
select g.*, f.* from (select
  (select position from newest) as newest, (select stands from newest) as newest_stands,
  (select generation from newest) as newest_generation,
  (select seq from sqlite_sequence where name = replace(?, '"', '')) as top,
  (select stands from anchor) as anchor_stands,
  case when not exists (select 1 from anchor) then exists (select 1 from ${erasures} where generation = ?) end as covered,
  (select position from reached) as reached, (select stands from reached) as reached_stands,
  (select generation from reached) as reached_generation, (select count(*) from stretch) as passed
) g left join (
  select e.position, e.thread_id, e.seq, e.entry_id, e.at, e.kind, e.payload, e.refs,
    ${stands('e', 't')} as stands, t.generation
  from stretch e left join ${threads} t on t.thread_id = e.thread_id
  ${kinds === undefined ? '' : 'where e.kind in (select value from json_each(?))'} order by e.position limit ?
) f on true`;
  return {
    sql,
    parameters: [
      ...[place.position, ...(to === undefined ? [] : [to]), lengthOf(query), place.position, entries],
      ...[anchorOf(place.base)?.generation ?? '', ...(kinds === undefined ? [] : [JSON.stringify(kinds)]), limit],
    ],
  };
}

function lengthOf({ kinds, limit }: FeedQuery): number {
  return kinds === undefined ? limit : Math.max(limit, STRETCH);
}

function stateOf(query: FeedQuery, rows: readonly Row[]): FeedState {
  const { place, limit } = query;
  const [row] = rows;
  if (row === undefined) throw new TypeError('the feed page has no rows');
  const { newest, newest_stands, newest_generation } = row;
  // Behind a delete the newest entry may be before what was read already.
  const isBehind = newest !== null && newest_stands !== null && newest > place.position;
  const end = isBehind
    ? after({ position: newest, stands: newest_stands, generation: newest_generation })
    : { ...place, target: '' };
  const target = place.target !== '' ? place.target : isBehind ? `${end.position}:${end.base}` : '';
  const next = (): FeedPlace => {
    const last = rows.at(-1);
    if (last?.position != null && rows.length === limit) return { ...after(last), target };
    if (Number(row.passed) === lengthOf(query)) {
      const { reached: position, reached_stands: stands, reached_generation: generation } = row;
      return { ...after({ position, stands, generation }), target };
    }
    const given = targetOf(place.target);
    return given === undefined ? end : { base: given.base, target: '', position: given.position };
  };
  return { identity: '', trouble: isRewound(place, row) ? 'rewound' : undefined, target, next: next() };
}

function isRewound({ base, position }: FeedPlace, row: Row): boolean {
  if (position === 0) return false;
  if (position > (row.top ?? 0)) return true;
  return row.anchor_stands === null ? row.covered !== 1 : digest(row.anchor_stands) !== anchorOf(base)?.digest;
}

function after({ position, stands, generation }: Pick<Row, 'position' | 'stands' | 'generation'>): FeedPlace {
  const base = `${digest(stands ?? '')}:${Buffer.from(generation ?? '').toString('base64url')}`;
  return { base, target: '', position: Number(position) };
}

function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 12);
}

function anchorOf(base: string): { digest: string; generation: string } | undefined {
  const [, digest, encoded] = /^([0-9a-f]{12}):([A-Za-z0-9_-]*)$/.exec(base) ?? [];
  if (digest === undefined || encoded === undefined) return undefined;
  const generation = Buffer.from(encoded, 'base64url').toString();
  return Buffer.from(generation).toString('base64url') === encoded ? { digest, generation } : undefined;
}

function targetOf(target: string): { position: number; base: string } | undefined {
  const [, digits, base = ''] = /^([1-9][0-9]{0,15}):(.*)$/.exec(target) ?? [];
  const position = Number(digits);
  return Number.isSafeInteger(position) && anchorOf(base) !== undefined ? { position, base } : undefined;
}
