import { setImmediate } from 'node:timers/promises';
import type { FeedPlace, FeedRow, Session } from '../dialects/index.ts';
import { InvalidArgumentError } from '../errors.ts';
import { CursorEpochChangedError, FeedUnavailableError, InvalidCursorError } from '../feed-errors.ts';
import type { Caller } from './calls.ts';
import type { FeedEntry } from './entry.ts';
import { cursorText, epochOf, type FeedCursor, parseCursor } from './feed-cursor.ts';
import { lift } from './lift.ts';
import { entryOf } from './rows.ts';
import type { Store } from './store.ts';

const START: FeedPlace = { base: '', target: '', position: 0 };

export interface FeedPageOptions {
  /** Names the call in a TimeoutError. */
  readonly operation: string;
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly string[] | undefined;
  /** Entries at most. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

export interface FeedPage<Found = FeedEntry> {
  /** May be empty, and `next` have moved all the same. */
  readonly entries: readonly Found[];
  /** Where the next page begins. */
  readonly next: string;
  /** Where the batch ends that this page is of: behind everything that was committed as the batch began. */
  readonly end: string;
  /** False when this page reached what was committed as it was read. */
  readonly more: boolean;
}

/** An entry whose values are still as stored: reading it may fail, and the others are there all the same. */
export interface UnreadEntry {
  readonly threadId: string;
  readonly seq: number;
  readonly at: number;
  readonly position: number;
  readonly cursor: string;
  /** @throws CorruptEntryError when it cannot be decoded or lifted. */
  read(): FeedEntry;
}

/**
 * The next entries behind a cursor, as one statement. A batch of pages ends at the snapshot that its first page took,
 * so what is appended meanwhile neither prolongs it nor is lost: it is the next batch's.
 */
export async function unreadPage(
  store: Store,
  run: Caller,
  after: string | undefined,
  { operation, kinds, limit, signal }: FeedPageOptions,
): Promise<FeedPage<UnreadEntry>> {
  const { dialect, tables } = store;
  const cursor = after === undefined ? undefined : checkCursor(store, after);
  const query = { place: cursor ?? START, kinds, limit };
  const rows = await run({ operation, signal }, scope => {
    // Uncommitted rows could be rolled back after they were read, and their places be taken by others.
    if (scope.transaction !== undefined) throw new InvalidArgumentError({ argument: operation, reason: OUTSIDE });
    return scope.once(async session => {
      store.life.identity ??= identityOf(store, session);
      const { sql, parameters } = dialect.feed.page(tables, query, await store.life.identity);
      return session.runPlannedAnew<FeedRow>(dialect.statement(sql), parameters);
    });
  });
  // A database in this process answers without a turn of the event loop: pages one after the other would stop it.
  if (!dialect.remote) await setImmediate();
  const state = dialect.feed.state(query, rows);
  if (state.trouble === 'standby' || state.trouble === 'restored')
    throw new FeedUnavailableError({ reason: state.trouble });
  const epoch = epochOf(state.identity);
  if (cursor !== undefined && cursor.epoch !== epoch) throw new CursorEpochChangedError({ reason: 'other-database' });
  if (state.trouble === 'rewound') throw new CursorEpochChangedError({ reason: state.trouble });
  const found = rows.filter(row => row.position !== null);
  // Joined to what is told of the database, so the statement's order is not promised.
  found.sort((one, other) => Number(one.position) - Number(other.position));
  return {
    entries: found.map(row => entryAt(store, row, cursorText(epoch, dialect.feed.at(query.place, state.target, row)))),
    next: cursorText(epoch, state.next),
    end: cursorText(epoch, state.target === '' ? state.next : dialect.feed.end(state.target)),
    more: state.next.target !== '' || query.place.target !== '',
  };
}

/** The same with every entry read. @throws CorruptEntryError */
export async function page(
  store: Store,
  run: Caller,
  after: string | undefined,
  options: FeedPageOptions,
): Promise<FeedPage> {
  const { entries, ...rest } = await unreadPage(store, run, after, options);
  return { ...rest, entries: entries.map(entry => entry.read()) };
}

const OUTSIDE = 'the feed is of what is committed; read it outside the transaction';

/** @throws InvalidCursorError */
export function checkCursor({ dialect }: Store, text: string): FeedCursor {
  const cursor = parseCursor(text);
  if (cursor === undefined || !dialect.feed.knows(cursor)) throw new InvalidCursorError({ argument: 'after' });
  return cursor;
}

function entryAt({ settings }: Store, row: FeedRow, cursor: string): UnreadEntry {
  const { thread_id: threadId, entry_id: id, kind, payload, refs } = row;
  const stored = { id, seq: Number(row.seq), at: Number(row.at), kind, payload, refs };
  return {
    threadId,
    seq: stored.seq,
    at: stored.at,
    position: Number(row.position),
    cursor,
    read: () => ({ ...lift(settings, entryOf(threadId, stored)), cursor }),
  };
}

/** Some servers keep their identity from ordinary roles: what cannot be asked is left out. */
async function identityOf({ dialect, life }: Store, session: Session): Promise<readonly string[]> {
  const found: string[] = [];
  for (const ways of dialect.feed.identity) {
    for (const way of ways) {
      try {
        await session.run(`select ${way}`, []);
        found.push(way);
        break;
      } catch (error) {
        if (dialect.classify(error) !== 'connection-lost') continue;
        life.identity = undefined;
        throw error;
      }
    }
  }
  return found;
}
