import { createHash } from 'node:crypto';
import type { JournalSnapshotRow, ThreadJournal } from '../../src/index.ts';
import type { Orm } from '../support/backends.ts';
import { sql } from '../support/sql.ts';

/** The stored segments, of one thread or of all, as the table has them. */
export async function segmentsOf(orm: Orm, threadId?: string): Promise<readonly JournalSnapshotRow[]> {
  const where = threadId === undefined ? '' : `where thread_id = ${quoted(threadId)}`;
  const rows = await sql<Record<string, string | number>>(
    orm,
    `select * from journal_snapshots ${where} order by thread_id, generation, from_seq`,
  );
  return rows.map(row => ({
    threadId: String(row['thread_id']),
    generation: String(row['generation']),
    fromSeq: Number(row['from_seq']),
    toSeq: Number(row['to_seq']),
    hash: String(row['hash']),
    body: String(row['body']),
    digest: String(row['digest']),
    format: Number(row['format']),
  }));
}

/** Where the segments of a thread begin and end. */
export async function placesOf(orm: Orm, threadId: string): Promise<readonly (readonly [number, number])[]> {
  return (await segmentsOf(orm, threadId)).map(({ fromSeq, toSeq }) => [fromSeq, toSeq] as const);
}

/** One hash over all snapshots: equal only when every segment is the same in every byte. */
export async function snapshotDigest(orm: Orm): Promise<string> {
  return createHash('sha256')
    .update(JSON.stringify(await segmentsOf(orm)))
    .digest('hex');
}

/** One hash over the journal's own tables. */
export async function journalDigest(orm: Orm): Promise<string> {
  const hash = createHash('sha256');
  for (const text of [
    'select thread_id, generation, rev, head_hash, metadata, created_at from journal_threads order by thread_id',
    'select thread_id, seq, entry_id, at, kind, payload, refs from journal_entries order by thread_id, seq',
    'select thread_id, generation, rev, head_hash, erased_at from journal_erasures order by thread_id, generation',
  ]) {
    hash.update(JSON.stringify(await sql(orm, text)));
  }
  return hash.digest('hex');
}

/** Makes snapshots of these threads, or of all, and says what the last step said. */
export async function rebuilt(journal: ThreadJournal, threadIds?: readonly string[]) {
  let last: { written: number; kept: number; removed: number } = { written: 0, kept: 0, removed: 0 };
  const damaged: string[] = [];
  for await (const step of journal.rebuildSnapshots({ threadIds })) {
    last = step.segments;
    damaged.push(...step.damaged);
  }
  return { ...last, damaged };
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
