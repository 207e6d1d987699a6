import { ThreadJournal } from '../src/index.ts';
import type { Contestant } from './contest.ts';
import { BOTH, type DatabaseName } from './databases.ts';
import { snapshotOnPostgres } from './snapshot-postgres.ts';
import { snapshotOnSqlite } from './snapshot-sqlite.ts';

const journal = (database: DatabaseName): Contestant => ({
  name: 'thread-journal',
  database,
  ours: true,
  open: async place => {
    const threads = new ThreadJournal(await place.openOrm());
    return {
      append: (threadId, payload) => threads.append(threadId, [{ kind: 'message', payload: { ...payload } }]),
      load: async threadId => (await threads.load(threadId))?.rev ?? 0,
      close: () => threads.close(),
    };
  },
});

export const ours: readonly Contestant[] = BOTH.map(journal);

/** Rewriting a whole snapshot at each append, and keeping the rows beside it: where this library comes from. */
export const snapshotWay: readonly Contestant[] = [snapshotOnPostgres, snapshotOnSqlite];
