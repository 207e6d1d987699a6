import { ThreadForkError, ThreadRevRegressionError } from '../agent-errors.ts';
import type { Session } from '../dialects/index.ts';
import { InvalidArgumentError } from '../errors.ts';
import { entryDigest, prepareEntries, readRows, type Store, type Thread } from '../journal/index.ts';
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
    const local = prepareEntries(thread.entries.slice(from, toSeq), withoutLimits(store.settings)).entries;
    const index = local.findIndex((entry, place) => {
      const other = stored[place];
      return other === undefined || entryDigest(other) !== entry.digest;
    });
    if (index !== -1) return from + index;
  }
  return undefined;
}

const ALL = { fromSeq: 0, toSeq: undefined, limit: undefined, backward: false, kinds: undefined } as const;
