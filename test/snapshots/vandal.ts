import type { JournalSnapshotRow, ThreadJournal } from '../../src/index.ts';
import type { Orm } from '../support/backends.ts';
import { sql } from '../support/sql.ts';
import type { Random } from './random.ts';
import { quoted, rebuilt, segmentsOf } from './segments.ts';

export const STATES = ['all', 'none', 'some', 'stale', 'corrupted'] as const;
export type State = (typeof STATES)[number];

/** What an edit does to the columns of one segment. */
type Edit = (segment: JournalSnapshotRow, random: Random) => Partial<JournalSnapshotRow>;

const edits: readonly Edit[] = [
  ({ body }, random) => {
    const at = random.below(body.length);
    return { body: `${body.slice(0, at)}${body[at] === '7' ? '8' : '7'}${body.slice(at + 1)}` };
  },
  ({ body }, random) => ({ body: body.slice(0, random.below(body.length)) }),
  () => ({ body: '' }),
  ({ toSeq }) => ({ toSeq: toSeq + 1 }),
  ({ toSeq }) => ({ toSeq: toSeq - 1 }),
  () => ({ toSeq: -5 }),
  () => ({ toSeq: 2_000_000_000 }),
  ({ fromSeq }) => ({ fromSeq: fromSeq + 1_000_000 }),
  () => ({ format: 99 }),
  ({ hash }) => ({ hash: hash.replace(/^./, first => (first === '0' ? '1' : '0')) }),
  () => ({ digest: '00000000' }),
  () => ({ digest: '' }),
];

/**
 * Puts the snapshots of a thread into one of the five states: whatever it does, it does it to the snapshot table only,
 * so no call may answer differently.
 */
export async function vandalise(
  orm: Orm,
  journal: ThreadJournal,
  threadId: string,
  state: State,
  random: Random,
): Promise<void> {
  const before = await segmentsOf(orm, threadId);
  await rebuilt(journal, [threadId]);
  const segments = await segmentsOf(orm, threadId);
  if (segments.length === 0 || state === 'all') return;
  switch (state) {
    case 'none':
      // One by one: a statement that locks many rows in an order of its own can end in a deadlock with a sealing.
      for (const segment of segments) await remove(orm, segment);
      return;
    case 'some':
      for (const segment of segments) if (random.below(2) === 0) await remove(orm, segment);
      return;
    case 'stale':
      // What stood there before the last appends, or before the thread was deleted and made again.
      for (const segment of segments) await remove(orm, segment);
      for (const segment of before) await insert(orm, segment);
      return;
    case 'corrupted': {
      const segment = random.pick(segments);
      const other = random.pick(segments);
      const edit = random.below(edits.length + 1);
      const changed = edits[edit]?.(segment, random) ?? { body: other.body, digest: other.digest, hash: other.hash };
      await remove(orm, segment);
      await insert(orm, { ...segment, ...changed });
      return;
    }
    default:
      state satisfies never;
  }
}

export async function remove(orm: Orm, { threadId, generation, fromSeq }: JournalSnapshotRow): Promise<void> {
  await sql(
    orm,
    `delete from journal_snapshots
     where thread_id = ${quoted(threadId)} and generation = ${quoted(generation)} and from_seq = ${fromSeq}`,
  );
}

export async function insert(orm: Orm, segment: JournalSnapshotRow): Promise<void> {
  const { threadId, generation, fromSeq, toSeq, hash, body, digest, format } = segment;
  await sql(
    orm,
    `insert into journal_snapshots (thread_id, generation, from_seq, to_seq, hash, body, digest, format)
     values (${quoted(threadId)}, ${quoted(generation)}, ${fromSeq}, ${toSeq}, ${quoted(hash)}, ${quoted(body)},
       ${quoted(digest)}, ${format}) on conflict do nothing`,
  );
}
