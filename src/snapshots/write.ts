import type { Session } from '../dialects/index.ts';
import type { Store } from '../journal/index.ts';
import type { Segment } from './segment.ts';

/** A segment as somebody saw it: the place alone may hold another one by now. */
export type SegmentKey = Pick<Segment, 'threadId' | 'generation' | 'fromSeq' | 'toSeq' | 'digest'>;

const PER_STATEMENT = 64;

/**
 * Stores segments and says how many of them were not stored already. What stands at the same place is replaced when it
 * is shorter or other than the new one. A longer one was made by somebody who knew more of the thread, and stays.
 *
 * A thread that was deleted, or made again, gets nothing: its head is held while the segments are written, so that a
 * deletion comes before it, or after it and takes them along.
 */
export async function writeSegments(store: Store, session: Session, segments: readonly Segment[]): Promise<number> {
  const { dialect, tables } = store;
  let count = 0;
  for (const some of chunks(segments)) {
    const sql = `insert into ${tables.snapshots} as s
  (thread_id, generation, from_seq, to_seq, hash, digest, format, body)
select i.column1, i.column2, i.column3, i.column4, i.column5, i.column6, i.column7, i.column8
from (${valuesOf(some.length)}) i
join ${tables.threads} t on t.thread_id = i.column1 and t.generation = i.column2
where t.rev >= i.column4 order by i.column1, i.column3 ${dialect.forKeyShare('t')}
on conflict (thread_id, generation, from_seq) do update set
  to_seq = excluded.to_seq, hash = excluded.hash, digest = excluded.digest, format = excluded.format,
  body = excluded.body
where s.to_seq < excluded.to_seq or (s.to_seq = excluded.to_seq and (s.hash <> excluded.hash
  or s.digest <> excluded.digest or s.format <> excluded.format or s.body <> excluded.body))
returning from_seq`;
    count += (await session.run(dialect.statement(sql), some.flatMap(parametersOf))).length;
  }
  return count;
}

/** How many of these `writeSegments` would store, once longer ones that do not belong there were removed. */
export async function countMissing(store: Store, session: Session, segments: readonly Segment[]): Promise<number> {
  const { dialect, tables } = store;
  let count = 0;
  for (const some of chunks(segments)) {
    const sql = `select i.column3 from (${valuesOf(some.length)}) i
left join ${tables.snapshots} s
  on s.thread_id = i.column1 and s.generation = i.column2 and s.from_seq = i.column3
where s.thread_id is null or s.to_seq <> i.column4 or s.hash <> i.column5 or s.digest <> i.column6
  or s.format <> i.column7 or s.body <> i.column8`;
    count += (await session.run(dialect.statement(sql), some.flatMap(parametersOf))).length;
  }
  return count;
}

/** Removes segments that are still as they were seen, and says how many. */
export async function removeSegments(store: Store, session: Session, keys: readonly SegmentKey[]): Promise<number> {
  const { dialect, tables } = store;
  const sql = dialect.statement(
    `delete from ${tables.snapshots}
where thread_id = ? and generation = ? and from_seq = ? and to_seq = ? and digest = ? returning from_seq`,
  );
  let count = 0;
  for (const { threadId, generation, fromSeq, toSeq, digest } of keys) {
    count += (await session.run(sql, [threadId, generation, fromSeq, toSeq, digest])).length;
  }
  return count;
}

const ROW =
  '(cast(? as text), cast(? as text), cast(? as int), cast(? as int), cast(? as text), cast(? as text), cast(? as int), cast(? as text))';

function valuesOf(rows: number): string {
  return `values ${Array.from({ length: rows }, () => ROW).join(', ')}`;
}

function parametersOf(segment: Segment): readonly unknown[] {
  const { threadId, generation, fromSeq, toSeq, hash, digest, format, body } = segment;
  return [threadId, generation, fromSeq, toSeq, hash, digest, format, body];
}

function* chunks(segments: readonly Segment[]): Generator<readonly Segment[], void, undefined> {
  for (let at = 0; at < segments.length; at += PER_STATEMENT) yield segments.slice(at, at + PER_STATEMENT);
}
