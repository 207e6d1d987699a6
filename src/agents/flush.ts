import { MissingThreadError, ThreadMismatchError } from '../agent-errors.ts';
import type { Session } from '../dialects/index.ts';
import { DuplicateEntryError, RevConflictError } from '../errors.ts';
import {
  advance,
  claim,
  genesisHash,
  type Member,
  type PreparedEntry,
  prepareEntries,
  prepareMetadata,
  record,
  type Store,
  type Thread,
} from '../journal/index.ts';
import { chunks, withoutLimits } from './chunks.ts';
import { parted } from './parted.ts';

export interface StoredHead {
  readonly rev: number;
  readonly hash: string;
  /** Undefined when there is no head. */
  readonly generation: string | undefined;
}

/** Where a flush takes place. */
export interface Place {
  readonly store: Store;
  readonly session: Session;
  /** True inside the host's transaction. */
  readonly joined: boolean;
}

/** The head of a thread under lock; where there is none, nothing is locked. */
export async function lockHead({ store, session, joined }: Place, threadId: string): Promise<StoredHead> {
  const { dialect, tables } = store;
  const ids = dialect.anyOf('thread_id', [threadId]);
  const sql = dialect.lockHeads(tables, ids.sql, joined ? 'inside' : 'wait');
  const [row] = await session.run<{ rev: number; head_hash: string; generation: string }>(
    dialect.statement(sql),
    ids.parameters,
  );
  if (row === undefined) return { rev: 0, hash: genesisHash(threadId), generation: undefined };
  return { rev: Number(row.rev), hash: row.head_hash, generation: row.generation };
}

/**
 * The entries that the journal lacks, ready to be written; none when the threads are equal. The stored history must be
 * the beginning of the local one, which shows in one comparison: its hash, carried on over them, is the local hash.
 */
export async function missing(
  { store, session }: Place,
  thread: Thread,
  head: StoredHead,
  generation: string | undefined,
): Promise<readonly PreparedEntry[]> {
  if (generation !== undefined && head.generation !== generation) throw gone(thread, head);
  if (head.rev > thread.rev) throw await parted(store, session, thread, head);
  const added = thread.entries.slice(head.rev);
  const { entries } = prepareEntries(added, withoutLimits(store.settings));
  if (advance(head, entries).hash !== thread.hash) throw await parted(store, session, thread, head);
  checkIds(thread, head.rev, entries);
  return entries;
}

/** `appendToThread` lets no id in twice; a thread that was made by hand may have one. */
function checkIds({ id: threadId, entries: all }: Thread, rev: number, added: readonly PreparedEntry[]): void {
  if (added.length === 0) return;
  const ids = new Set(added.map(entry => entry.id));
  const entryIds: string[] = [];
  for (let seq = 0; seq < rev; seq += 1) {
    const id = all[seq]?.id;
    if (id !== undefined && ids.has(id)) entryIds.push(id);
  }
  if (entryIds.length > 0) throw new DuplicateEntryError({ threadId, entryIds });
}

function gone({ id: threadId, rev }: Thread, head: StoredHead): Error {
  if (head.generation === undefined) return new MissingThreadError({ threadId, rev });
  return new ThreadMismatchError({ threadId, reason: 'generation', expectedRev: rev, actualRev: head.rev });
}

/**
 * Appends them, in statements no larger than an append's. An empty thread that has metadata gets a head, so that these
 * are kept. False when others made the thread meanwhile: then it has to be looked at again.
 */
export async function write(
  place: Place,
  thread: Thread,
  head: StoredHead,
  entries: readonly PreparedEntry[],
  generation: string,
): Promise<boolean> {
  const metadata = prepareMetadata(thread.metadata, place.store.settings);
  const bare = entries.length === 0 && head.generation === undefined && metadata !== '{}';
  let { rev } = head;
  for (const chunk of bare ? [[]] : chunks(entries, place.store.settings.limits)) {
    const member = { threadId: thread.id, entries: chunk, callerIds: false, expectedRev: rev, metadata };
    if (!(await append(place, member, generation))) return false;
    rev += chunk.length;
  }
  return true;
}

/** `callerIds: false`: that no id is recorded already is known, since the stored thread is the beginning of this one. */
async function append({ store, session, joined }: Place, member: Member, generation: string): Promise<boolean> {
  const making = { ...store, settings: { ...store.settings, newId: () => generation } };
  if ((await claim(making, session, member)) !== undefined) return true;
  const [outcome] = await record(making, session, [member], joined ? 'inside' : 'wait');
  if (outcome instanceof RevConflictError) return false;
  if (outcome === undefined || outcome === 'held' || outcome instanceof Error) throw outcome;
  return true;
}
