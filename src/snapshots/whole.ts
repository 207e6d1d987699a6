import { InvalidRevError, OrphanedEntriesError } from '../errors.ts';
import {
  Chain,
  type Entry,
  entryOf,
  freeze,
  type HeadRow,
  metadataOf,
  missingEntry,
  type RecordedEntry,
  type Thread,
} from '../journal/index.ts';
import { type Start, startOf } from './cutter.ts';

/** Corruption is answered, not hidden: what is missing among the rows, and where. */
export function checkWhole(
  threadId: string,
  head: HeadRow | undefined,
  rows: readonly RecordedEntry[],
  upToRev: number,
): void {
  if (head === undefined) {
    if (rows.length > 0) throw new OrphanedEntriesError({ threadId, missing: 'head' });
    return;
  }
  const gap = rows.findIndex((row, index) => row.seq !== index);
  if (gap !== -1) throw missingEntry(threadId, gap);
  if (rows.length === Math.min(head.rev, upToRev)) return;
  if (rows.length === 0) throw new OrphanedEntriesError({ threadId, missing: 'entries' });
  throw new InvalidRevError({ threadId, rev: head.rev, entryCount: rows.length });
}

/** The thread of these rows alone. Undefined when it has no entries. */
export function threadOfRows(
  threadId: string,
  head: HeadRow | undefined,
  rows: readonly RecordedEntry[],
  upToRev: number,
): Thread | undefined {
  checkWhole(threadId, head, rows, upToRev);
  if (head === undefined || rows.length === 0) return undefined;
  const hash = rows.length === head.rev ? head.head_hash : foldHash(startOf(threadId), rows);
  return threadOf(head, hash, [], rows);
}

/** The chain behind these rows. At an earlier rev it is not stored: it follows from the entries. */
export function foldHash(from: Start, rows: readonly RecordedEntry[]): string {
  if (rows.length === 0) return from.hash;
  const chain = new Chain(from.hash);
  for (const row of rows) chain.add(row);
  return chain.hash;
}

/** `entries` is taken over, and `rows` are put behind them. */
export function threadOf(head: HeadRow, hash: string, entries: Entry[], rows: readonly RecordedEntry[]): Thread {
  const id = head.thread_id;
  const facts = {
    id,
    generation: head.generation,
    hash,
    metadata: metadataOf(head),
    createdAt: Number(head.created_at),
    updatedAt: Number(head.updated_at),
  };
  for (const row of rows) entries.push(entryOf(id, row));
  return freeze(facts, entries);
}
