import { MissingThreadError, ThreadMismatchError } from '../agent-errors.ts';
import {
  type Entry,
  freeze,
  metadataOf,
  newThread,
  readRows,
  type Scope,
  type Store,
  type Thread,
} from '../journal/index.ts';
import { foldHash, loadIn } from '../snapshots/index.ts';
import type { ThawPolicy, ThreadPointer } from './agent.ts';

export interface Rehydrated {
  readonly thread: Thread;
  /** What was appended after the agent was put to sleep. */
  readonly missed: readonly Entry[];
}

/** The thread that a sleeping agent points to, held against the pointer. */
export async function rehydrate(
  store: Store,
  scope: Scope,
  pointer: ThreadPointer,
  policy: ThawPolicy,
): Promise<Rehydrated> {
  const { id: threadId, rev, generation } = pointer;
  const exact = policy === 'exact';
  const thread = exact && rev === 0 ? undefined : await loadIn(store, scope, threadId, exact ? rev : undefined);
  if (thread === undefined) {
    if (rev === 0) return { thread: await emptyThread(store, scope, threadId), missed: [] };
    throw new MissingThreadError({ threadId, rev });
  }
  const mismatch = (reason: ThreadMismatchError['reason']): ThreadMismatchError =>
    new ThreadMismatchError({ threadId, reason, expectedRev: rev, actualRev: thread.rev });
  // A thread that had no entries is nobody's history yet.
  if (rev > 0 && thread.generation !== generation) throw mismatch('generation');
  if (thread.rev < rev) throw mismatch('rev');
  if (!(await goesBackTo(store, scope, thread, pointer))) throw mismatch('hash');
  if (policy === 'strict' && thread.rev > rev) throw mismatch('moved-on');
  return { thread, missed: thread.entries.slice(rev) };
}

/** Whether the history up to the pointer is the one it was: its hash, carried on over what came after, is the thread's. */
async function goesBackTo(store: Store, scope: Scope, thread: Thread, { rev, hash }: ThreadPointer): Promise<boolean> {
  if (thread.rev === rev) return thread.hash === hash;
  const part = { fromSeq: rev, toSeq: thread.rev, limit: undefined, backward: false, kinds: undefined };
  // As stored: the entries of a loaded thread are decoded.
  const { entries } = await scope.once(session => readRows(store, session, thread.id, part));
  return foldHash({ seq: rev, hash }, entries) === thread.hash;
}

/** A thread without entries may have a head, with metadata. */
async function emptyThread(store: Store, scope: Scope, threadId: string): Promise<Thread> {
  const none = { fromSeq: 0, toSeq: 0, limit: undefined, backward: false, kinds: undefined };
  const { head } = await scope.once(session => readRows(store, session, threadId, none));
  const empty = newThread(threadId, { now: store.settings.now() });
  if (head === undefined) return empty;
  const facts = {
    generation: head.generation,
    metadata: metadataOf(head),
    createdAt: Number(head.created_at),
    updatedAt: Number(head.updated_at),
  };
  return freeze({ id: threadId, hash: empty.hash, ...facts }, []);
}
