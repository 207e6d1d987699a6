import type { Caller, Store } from '../journal/index.ts';
import { type Range, within } from './scan.ts';
import type { Segment } from './segment.ts';

/** All of a segment but its body. */
export type SegmentFacts = Omit<Segment, 'body'>;

/** Segments that no thread can have: of a thread or generation that is gone, or beyond the thread's rev. */
function stray({ tables }: Store, range: Range): { readonly where: string; readonly values: readonly string[] } {
  const place = within(range, 's.thread_id');
  const where = `${place.sql} and not exists (
  select 1 from ${tables.threads} t
  where t.thread_id = s.thread_id and t.generation = s.generation and t.rev >= s.to_seq
)`;
  return { where, values: place.values };
}

export interface Stray {
  readonly threadId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
}

export async function straysOf(store: Store, run: Caller, range: Range): Promise<readonly Stray[]> {
  const { where, values } = stray(store, range);
  const sql = `select s.thread_id, s.from_seq, s.to_seq from ${store.tables.snapshots} s where ${where}
order by s.thread_id, s.from_seq`;
  return strays(store, run, sql, values);
}

export async function removeStrays(store: Store, run: Caller, range: Range): Promise<readonly Stray[]> {
  const { where, values } = stray(store, range);
  const sql = `delete from ${store.tables.snapshots} as s where ${where} returning s.thread_id, s.from_seq, s.to_seq`;
  return strays(store, run, sql, values);
}

async function strays(store: Store, run: Caller, sql: string, values: readonly string[]): Promise<readonly Stray[]> {
  const rows = await run({ operation: 'strays' }, scope =>
    scope.together(session =>
      session.run<{ thread_id: string; from_seq: number; to_seq: number }>(store.dialect.statement(sql), values),
    ),
  );
  return rows.map(row => ({ threadId: row.thread_id, fromSeq: Number(row.from_seq), toSeq: Number(row.to_seq) }));
}

interface SegmentRow {
  readonly thread_id: string;
  readonly generation: string;
  readonly from_seq: number;
  readonly to_seq: number;
  readonly hash: string;
  readonly digest: string;
  readonly format: number;
}

/** What is stored of a range's segments, by thread, without the bodies. */
export async function factsOf(
  store: Store,
  run: Caller,
  range: Range,
): Promise<ReadonlyMap<string, readonly SegmentFacts[]>> {
  const place = within(range, 'thread_id');
  const sql = `select thread_id, generation, from_seq, to_seq, hash, digest, format from ${store.tables.snapshots}
where ${place.sql} order by thread_id, from_seq`;
  const rows = await run({ operation: 'read segments' }, scope =>
    scope.once(session => session.run<SegmentRow>(store.dialect.statement(sql), place.values)),
  );
  return Map.groupBy(rows.map(toFacts), segment => segment.threadId);
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

/** The bodies of some segments of one thread, by `fromSeq`; one that is gone or another by now is left out. */
export async function bodyOf(store: Store, run: Caller, segment: SegmentFacts): Promise<string | undefined> {
  const sql = `select body from ${store.tables.snapshots}
where thread_id = ? and generation = ? and from_seq = ? and to_seq = ? and digest = ?`;
  const { threadId, generation, fromSeq, toSeq, digest } = segment;
  const [row] = await run({ operation: 'read segment' }, scope =>
    scope.once(session =>
      session.run<{ body: string }>(store.dialect.statement(sql), [threadId, generation, fromSeq, toSeq, digest]),
    ),
  );
  return row?.body;
}
