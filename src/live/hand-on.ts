import { setImmediate } from 'node:timers/promises';
import { background, type Entry, entryOf, type RecordedEntry, type Store } from '../journal/index.ts';
import type { ThreadWatcher } from './watcher.ts';

/** Watchers asked about in one statement. */
const WATCHERS = 1_000;
/** Entries of one thread, and of all: whoever has more before it reads by itself. */
const OF_ONE = 16;
const OF_ALL = 512;

interface Row extends Omit<RecordedEntry, 'seq' | 'at'> {
  readonly ord: number | string;
  readonly generation: string | null;
  readonly rev: number | string;
  readonly seq: number | string | null;
  readonly at: number | string;
}

/**
 * Hands on what is new to watchers that stand at their end: one statement for a thousand of them, instead of a read for
 * each. A watcher whose thread is not what it was, or has more, is woken to read.
 */
export async function handOn(store: Store, watchers: readonly ThreadWatcher[]): Promise<void> {
  const { dialect, tables } = store;
  for (let from = 0; from < watchers.length; from += WATCHERS) {
    const asked = watchers.slice(from, from + WATCHERS);
    const known = dialect.rows(
      { thread_id: 'text', generation: 'text', rev: 'bigint' },
      asked.map(({ threadId, generation, rev }) => ({ thread_id: threadId, generation, rev })),
    );
    const fresh = 'e.thread_id = i.thread_id and e.seq >= i.rev and t.generation = i.generation';
    const sql = dialect.statement(
      `select i.ord, t.generation, t.rev, e.seq, e.entry_id as id, e.at, e.kind, e.payload, e.refs
from ${known.sql} left join ${tables.threads} t on t.thread_id = i.thread_id
${dialect.joinSome(tables.entries, `${fresh} and e.seq < i.rev + ${OF_ONE}`, OF_ONE)}
where coalesce(t.rev, 0) <> i.rev or coalesce(t.generation, '') <> i.generation order by i.ord, e.seq limit ${OF_ALL}`,
    );
    const rows = await background(store)({ operation: 'stream' }, scope =>
      scope.once(session => session.runPlannedAnew<Row>(sql, known.parameters)),
    );
    for (const [ord, found] of Map.groupBy(rows, row => Number(row.ord))) give(asked[ord - 1], found);
    // The last rows may have been cut off.
    if (rows.length === OF_ALL) for (const watcher of asked.slice(Number(rows.at(-1)?.ord))) watcher.wake();
    if (!dialect.remote) await setImmediate();
  }
}

function give(watcher: ThreadWatcher | undefined, rows: readonly Row[]): void {
  if (watcher === undefined) return;
  try {
    const { threadId } = watcher;
    const [{ generation, rev } = { generation: null, rev: 0 }] = rows;
    const entries = rows.flatMap(row => entryIn(threadId, row) ?? []);
    // It may have been given some of them meanwhile, by an append of this process.
    const rest = entries.filter(({ seq }) => seq >= watcher.rev);
    if (rest.length > 0 || generation !== watcher.generation) {
      watcher.offer({ threadId, generation: generation ?? undefined, entries: rest });
    }
    if (watcher.rev < Number(rev)) watcher.wake();
  } catch {
    // An entry that cannot be decoded: its reader says so.
    watcher.wake();
  }
}

function entryIn(threadId: string, row: Row): Entry | undefined {
  if (row.seq === null) return undefined;
  return entryOf(threadId, { ...row, seq: Number(row.seq), at: Number(row.at) });
}
