import { setImmediate } from 'node:timers/promises';
import { ThreadDeletedError } from '../errors.ts';
import { type Caller, caller, entryOf, lift, missingEntry, readRows, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { type Kept, keepLater, readKept } from './kept.ts';
import { checkProjection, type Projection, resultOf } from './projection.ts';

export interface FoldOptions {
  /** Time travel: the state as it was at this rev (at most; default: all entries). */
  readonly upToRev?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A state, and how many of the thread's entries it stands for: the guard of an append decided on it. */
export interface Folded<State> {
  readonly state: State;
  readonly rev: number;
}

const PAGE = 256;

/** The thread's state, page by page from the last one kept. A thread without entries has the initial one, at rev 0. */
export async function fold<State, Result>(
  store: Store,
  threadId: string,
  projection: Projection<State, Result>,
  options: FoldOptions = {},
): Promise<Folded<Result>> {
  const run = caller(store);
  const { upToRev, signal } = optionsOf(options);
  checkId(threadId, 'threadId');
  checkProjection(projection);
  if (upToRev !== undefined) checkInteger(upToRev, 'upToRev', 0);
  const { state, rev } = await foldStored(store, run, threadId, projection, { upToRev, signal });
  return { state: resultOf(projection, state), rev };
}

/** The same with a way of running that is the caller's choice; tells of the thread it was. */
export async function foldStored<State, Result>(
  store: Store,
  run: Caller,
  threadId: string,
  projection: Projection<State, Result>,
  { upToRev, signal }: FoldOptions,
): Promise<FoldedThread<State>> {
  const kept = await readKept(store, run, threadId, projection, signal);
  const folded = await foldFrom(store, run, { threadId, projection, kept, upToRev, signal });
  if (upToRev === undefined) keepLater(store, projection, threadId, kept, folded);
  return folded;
}

interface Task<State> extends FoldOptions {
  readonly threadId: string;
  readonly projection: Projection<State, unknown>;
  readonly kept: Kept<State> | undefined;
}

export interface FoldedThread<State> extends Folded<State> {
  /** Undefined when there is no such thread. */
  readonly generation: string | undefined;
  /** True inside a transaction: what was folded may never be committed. */
  readonly joined: boolean;
}

async function foldFrom<State>(store: Store, run: Caller, task: Task<State>): Promise<FoldedThread<State>> {
  const { threadId, projection, kept, upToRev, signal } = task;
  const { kinds, evolve } = projection;
  const usable = kept?.state !== undefined && kept.rev <= (upToRev ?? kept.rev) ? kept : undefined;
  let state = usable?.state === undefined ? projection.initial() : usable.state.value;
  let seq = usable?.rev ?? 0;
  let generation = usable?.generation;
  let end = upToRev;
  for (let first = true; ; first = false) {
    const part = { fromSeq: seq, toSeq: end, limit: PAGE, backward: false, kinds };
    const { joined, head, entries } = await run({ operation: 'fold', signal }, scope =>
      scope.once(async session => ({
        joined: scope.transaction !== undefined,
        ...(await readRows(store, session, threadId, part)),
      })),
    );
    // What was kept is of a thread that is gone, or was there before the database was restored.
    if (first && usable !== undefined && (head === undefined || head.generation !== generation || head.rev < seq)) {
      return foldFrom(store, run, { ...task, kept: undefined });
    }
    if (generation !== undefined && head?.generation !== generation) {
      throw new ThreadDeletedError({ threadId, generation, lastSeq: seq - 1 });
    }
    if (head === undefined) return { state, rev: 0, generation, joined };
    generation = head.generation;
    // Where the first page saw the thread end: what is appended meanwhile is the next fold's.
    end = Math.min(head.rev, end ?? head.rev);
    for (const stored of entries) {
      if (kinds === undefined && stored.seq !== seq) throw missingEntry(threadId, seq);
      state = evolve(state, lift(store.settings, entryOf(threadId, stored)));
      seq = stored.seq + 1;
    }
    if (entries.length === PAGE) {
      // A database in this process answers without a turn of the event loop: a long thread would stop it.
      if (!store.dialect.remote) await setImmediate();
      continue;
    }
    if (kinds === undefined && seq < end) throw missingEntry(threadId, seq);
    return { state, rev: end, generation, joined };
  }
}
