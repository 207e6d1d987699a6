import type { Session } from '../dialects/index.ts';
import {
  entryPart,
  type HeadRow,
  headPart,
  type RecordedEntry,
  type Store,
  toHeadRow,
  toRecorded,
  type UnionRow,
} from '../journal/index.ts';
import type { Segment } from './segment.ts';

/** A thread as the database has it: its head, its segments, and the rows behind them. */
export interface Parts {
  readonly head: HeadRow | undefined;
  /** By `fromSeq`. */
  readonly segments: readonly Segment[];
  /** By seq, from the last row under the segments on. */
  readonly rows: readonly RecordedEntry[];
}

export interface Wanted {
  /** Only segments that end here or before. 0: none, so that all comes from rows. */
  readonly sealedTo: number;
  /** Only entries before this seq. */
  readonly toSeq: number;
}

/**
 * One statement, so that head, segments and rows are one state of the thread. Where the rows begin is a guess: behind
 * the last segment, whether it is good or not.
 */
export async function readParts(
  store: Store,
  session: Session,
  threadId: string,
  { sealedTo, toSeq }: Wanted,
): Promise<Parts> {
  const { dialect, tables } = store;
  const ours = `s.thread_id = ? and s.generation = (select t.generation from ${tables.threads} t where t.thread_id = ?)
    and s.to_seq > 0 and s.to_seq <= cast(? as bigint)`;
  const sql = `${headPart(store)}
union all select * from (
  select 'segment' as part, s.from_seq as n, s.hash as a, s.to_seq as at, s.digest as b, s.body as c, s.generation as d,
    s.format as u
  from ${tables.snapshots} s where ${ours} order by s.from_seq
) segments
union all select * from (
  ${entryPart(store)} where thread_id = ? and seq < cast(? as bigint) and seq >= coalesce(
    (select s.to_seq from ${tables.snapshots} s where ${ours} order by s.from_seq desc limit 1), 0) - 1
  order by seq
) part_of_entries`;
  const bound = [threadId, threadId, sealedTo];
  const rows = await session.run<UnionRow<'head' | 'segment' | 'entry'>>(dialect.statement(sql), [
    threadId,
    ...bound,
    threadId,
    toSeq,
    ...bound,
  ]);
  const head = rows.find(row => row.part === 'head');
  // The database hands a union's parts over in order, but does not promise to; sorted input costs nothing to sort.
  return {
    head: head === undefined ? undefined : toHeadRow(threadId, head),
    segments: rows
      .filter(row => row.part === 'segment')
      .map(row => toSegment(threadId, row))
      .sort((one, other) => one.fromSeq - other.fromSeq),
    rows: rows
      .filter(row => row.part === 'entry')
      .map(toRecorded)
      .sort((one, other) => one.seq - other.seq),
  };
}

function toSegment(threadId: string, row: UnionRow<string>): Segment {
  return {
    threadId,
    generation: row.d ?? '',
    fromSeq: Number(row.n),
    toSeq: Number(row.at),
    hash: row.a,
    body: row.c,
    digest: row.b,
    format: Number(row.updated_at),
  };
}
