import { InvalidArgumentError, ThreadDeletedError } from '../errors.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { type Caller, caller } from './calls.ts';
import type { Entry } from './entry.ts';
import type { ReadOptions } from './journal.ts';
import { lift } from './lift.ts';
import { checkKinds } from './read-all.ts';
import { entryOf, missingEntry, type Part, readRows } from './rows.ts';
import type { Store } from './store.ts';

const PAGE = 256;

/** Entries page by page, in constant memory. A thread deleted under way ends it with ThreadDeletedError. */
export function read(store: Store, threadId: string, options: ReadOptions = {}): AsyncIterable<Entry> {
  return readPages(store, caller(store), threadId, options);
}

async function* readPages(
  store: Store,
  run: Caller,
  threadId: string,
  options: ReadOptions,
): AsyncGenerator<Entry, void, undefined> {
  const { signal } = optionsOf(options);
  let { part, left } = checkRead(threadId, options);
  let generation: string | undefined;
  let lastSeq = -1;
  do {
    const limit = Math.min(left, PAGE);
    const page = await run({ operation: 'read', signal }, scope =>
      scope.once(session => readRows(store, session, threadId, { ...part, limit })),
    );
    if (generation !== undefined && page.head?.generation !== generation) {
      throw new ThreadDeletedError({ threadId, generation, lastSeq });
    }
    if (page.head === undefined) return;
    generation = page.head.generation;
    for (const stored of page.entries) {
      if (part.kinds === undefined && lastSeq !== -1 && stored.seq !== lastSeq + (part.backward ? -1 : 1)) {
        throw missingEntry(threadId, lastSeq + (part.backward ? -1 : 1));
      }
      lastSeq = stored.seq;
      yield lift(store.settings, entryOf(threadId, stored));
      signal?.throwIfAborted();
    }
    if (page.entries.length < limit) return;
    left -= page.entries.length;
    part = part.backward ? { ...part, toSeq: lastSeq } : { ...part, fromSeq: lastSeq + 1 };
  } while (left > 0 && (part.toSeq === undefined || part.fromSeq < part.toSeq));
}

function checkRead(threadId: string, options: ReadOptions): { part: Part; left: number } {
  checkId(threadId, 'threadId');
  const { fromSeq, toSeq, limit, direction = 'forward', kinds } = options;
  if (direction !== 'forward' && direction !== 'backward') {
    throw new InvalidArgumentError({ argument: 'direction', reason: "must be 'forward' or 'backward'" });
  }
  return {
    part: {
      fromSeq: fromSeq === undefined ? 0 : checkInteger(fromSeq, 'fromSeq', 0),
      toSeq: toSeq === undefined ? undefined : checkInteger(toSeq, 'toSeq', 0),
      limit: undefined,
      backward: direction === 'backward',
      kinds: checkKinds(kinds),
    },
    left: limit === undefined ? Number.POSITIVE_INFINITY : checkInteger(limit, 'limit', 0),
  };
}
