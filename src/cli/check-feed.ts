import type { SqlEntityManager } from '@mikro-orm/sql';
import { debounceTime, filter, firstValueFrom, ignoreElements, merge, skip } from 'rxjs';
import { isPostgres } from '../dialects/index.ts';
import { FeedUnavailableError, StorageNotMigratedError, ThreadJournal } from '../index.ts';
import type { Check } from './check.ts';

/** Milliseconds; half of it is what a notification to oneself may take. */
const HEARTBEAT = 6_000;

/** Whether the feed can be read, and whether what other processes commit is heard of. */
export async function checkFeed(em: SqlEntityManager): Promise<readonly Check[]> {
  const journal = new ThreadJournal({ em }, { live: { heartbeatMs: HEARTBEAT } });
  try {
    const end = await journal.feedEnd();
    const feed: Check = { name: 'feed', result: 'ok', says: 'can be read' };
    // A SQLite file is asked for changes: there is nothing that could be lost on the way.
    return isPostgres(em.getPlatform()) ? [feed, await checkNotifications(journal, end)] : [feed];
  } catch (error) {
    // It is the tables' problem, and told with them.
    if (error instanceof StorageNotMigratedError) return [];
    if (!(error instanceof FeedUnavailableError)) throw error;
    const how = ' Here: "thread-journal doctor --after-restore".';
    return [{ name: 'feed', result: 'problem', says: `${error.message}${error.reason === 'restored' ? how : ''}` }];
  } finally {
    await journal.close();
  }
}

/** As a stream of the app's would: it listens, and is live when its own notification came back. */
async function checkNotifications(journal: ThreadJournal, after: string): Promise<Check> {
  const name = 'notifications';
  // The first is of before the stream; and what does not last is a step on the way.
  const status = journal.status$.pipe(
    skip(1),
    debounceTime(50),
    filter(is => is !== 'catching-up'),
  );
  const heard = await firstValueFrom(merge(status, journal.streamAll({ after }).pipe(ignoreElements())));
  if (heard === 'live') return { name, result: 'ok', says: 'arrive' };
  const what = 'do not arrive: streams ask four times a second instead';
  const why = 'behind a pooler, give them the address of the server: new ThreadJournal(orm, { live: { listenUrl } })';
  return { name, result: 'warning', says: `${what}; ${why}` };
}
