import { InvalidArgumentError } from '../errors.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { type Caller, caller } from './calls.ts';
import type { FeedEntry } from './entry.ts';
import { checkCursor, page } from './feed.ts';
import { parseCursor } from './feed-cursor.ts';
import type { ReadAllOptions } from './journal.ts';
import type { Store } from './store.ts';

const PAGE = 256;

/** The feed of all threads, to the end that its first page saw. */
export function readAll(store: Store, options: ReadAllOptions = {}): AsyncIterable<FeedEntry> {
  return readPages(store, caller(store), options);
}

async function* readPages(
  store: Store,
  run: Caller,
  options: ReadAllOptions,
): AsyncGenerator<FeedEntry, void, undefined> {
  const { after, kinds, limit, signal } = optionsOf(options);
  let cursor = after === undefined ? undefined : checkAfter(store, after);
  const wanted = checkKinds(kinds);
  let left = limit === undefined ? Number.POSITIVE_INFINITY : checkInteger(limit, 'limit', 0);
  // From the midst of an older batch, its rest comes first; what was committed since is a batch of its own.
  let batches = isMidst(cursor) ? 2 : 1;
  do {
    // Nothing is wanted, but what is wrong with the call must be said.
    const size = Math.max(1, Math.min(left, PAGE));
    const { entries, next } = await page(store, run, cursor, {
      operation: 'readAll',
      kinds: wanted,
      limit: size,
      signal,
    });
    for (const entry of left === 0 ? [] : entries) {
      yield entry;
      signal?.throwIfAborted();
    }
    left -= entries.length;
    cursor = next;
    if (!isMidst(cursor)) batches -= 1;
  } while (batches > 0 && left > 0);
}

function isMidst(cursor: string | undefined): boolean {
  return cursor !== undefined && parseCursor(cursor)?.target !== '';
}

export function checkAfter(store: Store, after: unknown): string {
  if (typeof after !== 'string') throw new InvalidArgumentError({ argument: 'after', reason: 'must be a cursor' });
  checkCursor(store, after);
  return after;
}

export function checkKinds(kinds: readonly string[] | undefined): readonly string[] | undefined {
  if (kinds === undefined) return undefined;
  if (!Array.isArray(kinds)) throw new InvalidArgumentError({ argument: 'kinds', reason: 'must be an array of kinds' });
  return Array.from(kinds, (kind, index) => checkId(kind, `kinds[${index}]`));
}
