import { ThreadForkError, ThreadRevRegressionError } from '../agent-errors.ts';
import type { Session } from '../dialects/index.ts';
import { InvalidArgumentError } from '../errors.ts';
import { type Entry, entryOf, lift, prepareEntries, readRows, type Store, type Thread } from '../journal/index.ts';
import { foldHash } from '../snapshots/index.ts';
import { withoutLimits } from './chunks.ts';

const PAGE = 256;

/** Says how the stored thread and a local one parted. */
export async function parted(
  store: Store,
  session: Session,
  thread: Thread,
  stored: { readonly rev: number; readonly hash: string },
): Promise<Error> {
  if (stored.rev > thread.rev && (await goesOn(store, session, thread, stored))) {
    return new ThreadRevRegressionError({ threadId: thread.id, localRev: thread.rev, storedRev: stored.rev });
  }
  const divergesAtSeq = await divergence(store, session, thread, Math.min(thread.rev, stored.rev));
  if (divergesAtSeq !== undefined) return new ThreadForkError({ threadId: thread.id, divergesAtSeq });
  return new InvalidArgumentError({
    argument: 'agent.thread',
    reason: 'its hash is not that of its entries: make it with appendToThread, and never change an entry',
  });
}

/** Whether the stored thread is the local one with more behind it. */
async function goesOn(store: Store, session: Session, thread: Thread, stored: { readonly hash: string }) {
  const { entries } = await readRows(store, session, thread.id, { ...ALL, fromSeq: thread.rev });
  return foldHash({ seq: thread.rev, hash: thread.hash }, entries) === stored.hash;
}

async function divergence(store: Store, session: Session, thread: Thread, end: number): Promise<number | undefined> {
  for (let from = 0; from < end; from += PAGE) {
    const toSeq = Math.min(from + PAGE, end);
    const { entries: stored } = await readRows(store, session, thread.id, { ...ALL, fromSeq: from, toSeq });
    const local = digestsOf(store, thread.entries.slice(from, toSeq));
    const theirs = digestsOf(
      store,
      stored.map(row => entryOf(thread.id, row)),
    );
    const index = local.findIndex((digest, place) => digest !== theirs[place]);
    if (index !== -1) return from + index;
  }
  return undefined;
}

/** In the newest shape: of a thread that was loaded that is all there is. */
function digestsOf({ settings }: Store, entries: readonly Entry[]): readonly string[] {
  const lifted = entries.map(entry => lift(settings, entry));
  return prepareEntries(lifted, withoutLimits(settings)).entries.map(({ digest }) => digest);
}

const ALL = { fromSeq: 0, toSeq: undefined, limit: undefined, backward: false, kinds: undefined } as const;
