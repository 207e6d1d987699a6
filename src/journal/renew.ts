import { InvalidArgumentError } from '../errors.ts';
import { settingsOf } from '../options.ts';
import { caller } from './calls.ts';
import { entityManagerOf, type OrmOrEntityManager } from './door.ts';
import { openStore } from './store.ts';

/** As long as a timer can be set. */
const LONGEST = 2 ** 31 - 1;

/**
 * Once after the journal was restored from a dump into another PostgreSQL server, before its feed is read, as the
 * owner of the tables. Changes no entry: only the note of which transaction brought it. Does nothing where there is
 * nothing to do, as on SQLite.
 */
export async function renewAfterRestore(orm: OrmOrEntityManager): Promise<{ readonly renewed: number }> {
  const store = openStore(entityManagerOf(orm), settingsOf({ timeoutMs: LONGEST }));
  const run = caller(store);
  const sql = store.dialect.feed.renew(store.tables);
  if (sql === undefined) return { renewed: 0 };
  return run({ operation: 'renewAfterRestore' }, async scope => {
    // The host's own rows are of a transaction that is running, as those to renew seem to be.
    if (scope.transaction !== undefined)
      throw new InvalidArgumentError({ argument: 'orm', reason: 'must not be inside a transaction' });
    const [row] = await scope.together(session => session.run<{ renewed: number | string }>(sql, []));
    return { renewed: Number(row?.renewed ?? 0) };
  });
}
