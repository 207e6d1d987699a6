import { optionsOf } from '../options.ts';
import { checkId } from '../values/index.ts';
import { caller } from './calls.ts';
import { announceFrom } from './commits.ts';
import type { CallOptions } from './journal.ts';
import type { Store } from './store.ts';

/**
 * Deletes a thread with all it has. One INSERT of the erasure record, from the head under lock; the database's own
 * trigger deletes the rest, so that the application's role needs no right to delete.
 */
export async function deleteThread(store: Store, threadId: string, options: CallOptions = {}): Promise<void> {
  const run = caller(store);
  const { signal } = optionsOf(options);
  checkId(threadId, 'threadId');
  const { dialect, tables, settings } = store;
  const sql = dialect.statement(
    `insert into ${tables.erasures} (thread_id, generation, rev, head_hash, erased_at)
select thread_id, generation, rev, head_hash, ? from ${tables.threads} where thread_id = ? ${dialect.forUpdate}`,
  );
  await run({ operation: 'delete', signal }, async scope => {
    await scope.together(session => session.run(sql, [settings.now(), threadId]));
    announceFrom(store, scope, threadId);
  });
}
