import { setImmediate } from 'node:timers/promises';
import { background, type Store } from '../journal/index.ts';
import type { ThreadWatcher } from './watcher.ts';

/** Watchers asked about in one statement. */
const MOST = 1_000;

/** Those whose thread is not as they know it: one statement for a thousand, instead of a read for each. */
export async function changedOf(store: Store, watchers: readonly ThreadWatcher[]): Promise<readonly ThreadWatcher[]> {
  const { dialect, tables } = store;
  const changed: ThreadWatcher[] = [];
  for (let from = 0; from < watchers.length; from += MOST) {
    const asked = watchers.slice(from, from + MOST);
    const known = dialect.rows(
      { thread_id: 'text', generation: 'text', rev: 'bigint' },
      asked.map(({ threadId, generation, rev }) => ({ thread_id: threadId, generation, rev })),
    );
    const sql = dialect.statement(
      `select i.ord from ${known.sql} left join ${tables.threads} t on t.thread_id = i.thread_id
where coalesce(t.rev, 0) <> i.rev or coalesce(t.generation, '') <> i.generation`,
    );
    const rows = await background(store)({ operation: 'stream' }, scope =>
      scope.once(session => session.runPlannedAnew<{ ord: number | string }>(sql, known.parameters)),
    );
    changed.push(...rows.flatMap(({ ord }) => asked[Number(ord) - 1] ?? []));
    if (!dialect.remote) await setImmediate();
  }
  return changed;
}
