import { InvalidArgumentError } from '../errors.ts';
import { CursorEpochChangedError, InvalidCursorError } from '../feed-errors.ts';
import { cursorText, type FeedEntry, parseCursor, toEntry } from '../journal/index.ts';
import type { MemoryStore } from './memory-store.ts';

/** The feed behind a cursor, as far as it goes now. What is wrong with the cursor is said at once. */
export function feedOf(
  store: MemoryStore,
  after: unknown,
  kinds: ReadonlySet<string> | undefined,
): Iterable<FeedEntry> {
  const from = after === undefined ? 0 : positionOf(store, after);
  return entries(store, from, store.feed.length, kinds);
}

function* entries(
  { feed, threads, epoch }: MemoryStore,
  from: number,
  to: number,
  kinds: ReadonlySet<string> | undefined,
): Generator<FeedEntry, void, undefined> {
  for (const [index, { threadId, generation, seq }] of feed.slice(from, to).entries()) {
    const thread = threads.get(threadId);
    const entry = thread?.generation === generation ? thread.entries[seq] : undefined;
    if (entry === undefined || kinds?.has(entry.kind) === false) continue;
    const cursor = cursorText(epoch, { base: '', target: '', position: from + index + 1 });
    yield { ...toEntry(threadId, seq, entry), cursor };
  }
}

function positionOf({ epoch, feed }: MemoryStore, after: unknown): number {
  if (typeof after !== 'string') throw new InvalidArgumentError({ argument: 'after', reason: 'must be a cursor' });
  const cursor = parseCursor(after);
  if (cursor === undefined || cursor.epoch === '' || `${cursor.base}${cursor.target}` !== '') {
    throw new InvalidCursorError({ argument: 'after' });
  }
  if (cursor.epoch !== epoch) throw new CursorEpochChangedError({ reason: 'other-database' });
  if (cursor.position > feed.length) throw new CursorEpochChangedError({ reason: 'rewound' });
  return cursor.position;
}
