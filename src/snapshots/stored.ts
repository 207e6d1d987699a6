import type { Caller, Store } from '../journal/index.ts';
import { type Range, within } from './scan.ts';
import type { Segment } from './segment.ts';

/** All of a segment but its body. */
export type SegmentFacts = Omit<Segment, 'body'>;

interface SegmentRow {
  readonly thread_id: string;
  readonly generation: string;
  readonly from_seq: number;
  readonly to_seq: number;
  readonly hash: string;
  readonly digest: string;
  readonly format: number;
}

const COLUMNS = 'thread_id, generation, from_seq, to_seq, hash, digest, format';
const BODIES = 16;

/**
 * Segments that no thread can have: of a thread or generation that is gone, or beyond the thread's rev. One statement
 * finds them, or removes them, in one state of heads and segments.
 */
export async function straysOf(
  store: Store,
  run: Caller,
  range: Range,
  act: 'list' | 'remove',
): Promise<readonly SegmentFacts[]> {
  const { dialect, tables } = store;
  const place = within(range, 's.thread_id');
  const where = `${tables.snapshots} as s where ${place.sql} and not exists (
  select 1 from ${tables.threads} t
  where t.thread_id = s.thread_id and t.generation = s.generation and t.rev >= s.to_seq
)`;
  const sql = act === 'list' ? `select ${COLUMNS} from ${where}` : `delete from ${where} returning ${COLUMNS}`;
  const rows = await run({ operation: 'strays' }, scope =>
    scope[act === 'list' ? 'once' : 'together'](session =>
      session.run<SegmentRow>(dialect.statement(sql), place.values),
    ),
  );
  return rows.map(toFacts);
}

/** What is stored of a range's segments, without the bodies, by thread and `fromSeq`. */
export async function factsOf(
  store: Store,
  run: Caller,
  range: Range,
): Promise<ReadonlyMap<string, readonly SegmentFacts[]>> {
  const place = within(range, 'thread_id');
  const sql = `select ${COLUMNS} from ${store.tables.snapshots}
where ${place.sql} order by thread_id, generation, from_seq`;
  const rows = await run({ operation: 'read segments' }, scope =>
    scope.once(session => session.run<SegmentRow>(store.dialect.statement(sql), place.values)),
  );
  return Map.groupBy(rows.map(toFacts), segment => segment.threadId);
}

/** A range's segments with their bodies, by thread, generation and `fromSeq`; a few are held at a time. */
export async function* segmentsOf(store: Store, run: Caller, range: Range): AsyncGenerator<Segment, void, undefined> {
  let place = within(range, 'thread_id');
  for (;;) {
    const sql = `select ${COLUMNS}, body from ${store.tables.snapshots}
where ${place.sql} order by thread_id, generation, from_seq limit ?`;
    const values = [...place.values, BODIES];
    const rows = await run({ operation: 'read segments' }, scope =>
      scope.once(session => session.run<SegmentRow & { readonly body: string }>(store.dialect.statement(sql), values)),
    );
    for (const row of rows) yield { ...toFacts(row), body: row.body };
    const last = rows.at(-1);
    if (last === undefined || rows.length < BODIES) return;
    place = behind(range, last);
  }
}

function behind(range: Range, { thread_id, generation, from_seq }: SegmentRow): ReturnType<typeof within> {
  if ('only' in range) {
    return {
      sql: 'thread_id = ? and (generation, from_seq) > (?, ?)',
      values: [thread_id, generation, from_seq],
    };
  }
  return {
    sql: `(thread_id, generation, from_seq) > (?, ?, ?)${range.to === undefined ? '' : ' and thread_id <= ?'}`,
    values: [thread_id, generation, from_seq, ...(range.to === undefined ? [] : [range.to])],
  };
}

function toFacts(row: SegmentRow): SegmentFacts {
  return {
    threadId: row.thread_id,
    generation: row.generation,
    fromSeq: Number(row.from_seq),
    toSeq: Number(row.to_seq),
    hash: row.hash,
    digest: row.digest,
    format: Number(row.format),
  };
}
