import { randomBytes } from 'node:crypto';
import { DuplicateEntryError } from '../errors.ts';
import { chainHash, type Erasure, genesisHash, type PreparedEntry, type ThreadHead } from '../journal/index.ts';
import { decodeObject } from '../values/index.ts';

/** What a database would hold. Journals on the same store see each other's threads. */
export class MemoryStore {
  readonly threads: Map<string, MemoryThread> = new Map();
  readonly erasures: Erasure[] = [];
  /** Every entry that was ever appended, in order; those of deleted threads are passed over. */
  readonly feed: MemoryPosition[] = [];
  /** Tells cursors of this store from others'. */
  readonly epoch: string = randomBytes(8).toString('hex');
}

export interface MemoryPosition {
  readonly threadId: string;
  readonly generation: string;
  readonly seq: number;
}

/** Never changed in place: whoever holds one holds a consistent state. */
export interface MemoryThread {
  readonly generation: string;
  /** As stored, so that whoever reads it gets an object of its own. */
  readonly metadata: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly entries: readonly PreparedEntry[];
  /** The hash chain: one link more than there are entries; `hashes[rev]` covers the first `rev` of them. */
  readonly hashes: readonly string[];
}

export function createThread(threadId: string, generation: string, metadata: string, now: number): MemoryThread {
  return { generation, metadata, createdAt: now, updatedAt: now, entries: [], hashes: [genesisHash(threadId)] };
}

export function withEntries(thread: MemoryThread, added: readonly PreparedEntry[], updatedAt: number): MemoryThread {
  const hashes = [...thread.hashes];
  for (const { digest } of added) hashes.push(chainHash(newest(hashes), digest));
  return { ...thread, updatedAt, entries: [...thread.entries, ...added], hashes };
}

/**
 * Where these entries stand already, or undefined when none of their ids is recorded. Ids that are recorded in any
 * other way than as a whole, in a row, in this order and with this content are refused.
 */
export function recordedRun(
  threadId: string,
  { entries }: MemoryThread,
  wanted: readonly PreparedEntry[],
): number | undefined {
  const seqs = new Map(entries.map(({ id }, seq) => [id, seq]));
  const held = wanted.map(({ id }) => id).filter(id => seqs.has(id));
  if (held.length === 0) return undefined;
  const from = seqs.get(wanted[0]?.id ?? '') ?? entries.length;
  if (wanted.every((entry, index) => sameContent(entry, entries[from + index]))) return from;
  throw new DuplicateEntryError({ threadId, entryIds: held });
}

export function headOf(threadId: string, { entries, hashes, generation, ...thread }: MemoryThread): ThreadHead {
  return {
    threadId,
    rev: entries.length,
    generation,
    hash: newest(hashes),
    metadata: decodeObject(thread.metadata),
    createdAt: thread.createdAt,
    updatedAt: thread.updatedAt,
  };
}

/** The order of UTF-8 bytes, as databases have it; `<` on strings compares UTF-16 units, which is another order. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

type Key = Pick<Erasure, 'threadId' | 'generation'>;

export function compareErasures(a: Key, b: Key): number {
  return compareBytes(a.threadId, b.threadId) || compareBytes(a.generation, b.generation);
}

/** When it happened is not part of what is said: a retry fills in another time. */
function sameContent(a: PreparedEntry, b: PreparedEntry | undefined): boolean {
  return a.id === b?.id && a.kind === b.kind && a.payload === b.payload && a.refs === b.refs;
}

function newest(hashes: readonly string[]): string {
  const hash = hashes.at(-1);
  if (hash === undefined) throw new Error('a thread has at least its first hash');
  return hash;
}
