import { JournalClosedError, ThreadDeletedError } from '../errors.ts';
import { checkKinds, type Entry, entryOf, lift, missingEntry, readRows } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { attempt } from './attempt.ts';
import type { Hub } from './hub.ts';
import { iterateUntil } from './iterate.ts';

const PAGE = 256;

export interface StreamOptions {
  /** First seq, included. Default 0. */
  readonly fromSeq?: number | undefined;
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly string[] | undefined;
}

export interface FollowOptions extends StreamOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A thread's entries, those that are there and those to come. `known`: the generation that what comes before `fromSeq`
 * was read of.
 */
export function follow(
  hub: Hub,
  threadId: string,
  options: FollowOptions = {},
  known?: string | undefined,
): AsyncIterable<Entry> {
  const { signal } = optionsOf(options);
  return iterateUntil(signal, ending => followThread(hub, threadId, options, known, ending));
}

async function* followThread(
  hub: Hub,
  threadId: string,
  { fromSeq: first, kinds }: StreamOptions,
  known: string | undefined,
  ending: AbortSignal,
): AsyncGenerator<Entry, void, undefined> {
  checkId(threadId, 'threadId');
  const wanted = checkKinds(kinds);
  let fromSeq = first === undefined ? 0 : checkInteger(first, 'fromSeq', 0);
  if (hub.closed) throw new JournalClosedError();
  const watcher = hub.join(ending, threadId);
  const part = { toSeq: undefined, limit: PAGE, backward: false, kinds: wanted };
  let generation = known;
  try {
    for (;;) {
      watcher.reads();
      const page = await attempt(hub, watcher, ending, run =>
        run({ operation: 'stream', signal: ending }, scope =>
          scope.once(session => readRows(hub.store, session, threadId, { ...part, fromSeq })),
        ),
      );
      if (page === undefined) return;
      const { head, entries } = page;
      // Another generation is another history: its entries do not go on where these ended.
      if (generation !== undefined && head?.generation !== generation) {
        throw new ThreadDeletedError({ threadId, generation, lastSeq: fromSeq - 1 });
      }
      generation = head?.generation;
      for (const stored of entries) {
        if (wanted === undefined && stored.seq !== fromSeq) throw missingEntry(threadId, fromSeq);
        fromSeq = stored.seq + 1;
        yield lift(hub.store.settings, entryOf(threadId, stored));
        if (hub.isOver(ending)) return;
      }
      if (entries.length === PAGE) continue;
      const rev = Number(head?.rev ?? 0);
      if (wanted === undefined && fromSeq < rev) throw missingEntry(threadId, fromSeq);
      // Past the kinds that are not wanted, too.
      fromSeq = Math.max(fromSeq, rev);
      watcher.reachedEnd(generation ?? '', rev);
      hub.reachedEnd(watcher);
      while (watcher.hasLocal || !watcher.pending) {
        if (hub.isOver(ending)) return;
        if (!watcher.hasLocal) await watcher.rest();
        for (const entry of watcher.takeLocal()) {
          if (entry.seq < fromSeq) continue;
          fromSeq = entry.seq + 1;
          if (wanted?.includes(entry.kind) === false) continue;
          yield lift(hub.store.settings, entry);
          if (hub.isOver(ending)) return;
        }
      }
    }
  } finally {
    hub.leave(watcher);
  }
}
