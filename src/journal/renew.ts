import { InvalidArgumentError } from '../errors.ts';
import { caller } from './calls.ts';
import type { Store } from './store.ts';

/** Lets the feed be read again where the journal was restored into another server. Changes no entry. */
export async function renew(store: Store): Promise<{ readonly renewed: number }> {
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
