import { caller, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { checkInteger } from '../values/index.ts';
import type { ChangeOptions } from './checkpoint.ts';
import { type CheckpointKey, storedKey } from './key.ts';
import { deleteRow } from './rows.ts';

/** Deletes what is under a key, also when there is nothing. */
export async function deleteCheckpoint(store: Store, key: CheckpointKey, options: ChangeOptions = {}): Promise<void> {
  const run = caller(store);
  const { expectedVersion, signal } = optionsOf(options);
  const guard = expectedVersion === undefined ? undefined : checkInteger(expectedVersion, 'expectedVersion', 0);
  const under = storedKey(key);
  await run({ operation: 'delete', signal }, scope =>
    scope.together(session => deleteRow(store, session, under, guard)),
  );
}
