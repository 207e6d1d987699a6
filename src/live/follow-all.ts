import { JournalClosedError } from '../errors.ts';
import { checkAfter, checkKinds, type FeedEntry, page } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { attempt } from './attempt.ts';
import type { Hub } from './hub.ts';
import { iterateUntil } from './iterate.ts';

const PAGE = 256;
/** Milliseconds between two looks at the end of the feed: many small commits are read together. */
const APART = 10;

export interface StreamAllOptions {
  /** The cursor of the last entry that was read; the feed goes on right behind it. Default: the beginning. */
  readonly after?: string | undefined;
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly string[] | undefined;
}

export interface FollowAllOptions extends StreamAllOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The feed of all threads, what is committed and what will be. */
export function followAll(hub: Hub, options: FollowAllOptions = {}): AsyncIterable<FeedEntry> {
  const { signal } = optionsOf(options);
  return iterateUntil(signal, ending => followFeed(hub, options, ending));
}

async function* followFeed(
  hub: Hub,
  { after, kinds }: StreamAllOptions,
  ending: AbortSignal,
): AsyncGenerator<FeedEntry, void, undefined> {
  const { store } = hub;
  let cursor = after === undefined ? undefined : checkAfter(store, after);
  const wanted = checkKinds(kinds);
  if (hub.closed) throw new JournalClosedError();
  const watcher = hub.join(ending);
  try {
    for (;;) {
      watcher.reads();
      const began = performance.now();
      const found = await attempt(hub, watcher, ending, run =>
        page(store, run, cursor, { operation: 'streamAll', kinds: wanted, limit: PAGE, signal: ending }),
      );
      if (found === undefined) return;
      for (const entry of found.entries) {
        yield entry;
        if (hub.isOver(ending)) return;
      }
      cursor = found.next;
      if (found.more) continue;
      watcher.atEnd = true;
      hub.reachedEnd(watcher);
      while (!watcher.pending) {
        if (hub.isOver(ending)) return;
        await watcher.rest();
      }
      const until = began + APART;
      for (let now = performance.now(); now < until && !hub.isOver(ending); now = performance.now()) {
        await watcher.rest(until - now);
      }
    }
  } finally {
    hub.leave(watcher);
  }
}
