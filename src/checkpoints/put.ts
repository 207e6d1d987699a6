import { caller, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { checkInteger } from '../values/index.ts';
import type { ChangeOptions } from './checkpoint.ts';
import { type CheckpointKey, storedKey } from './key.ts';
import { checkpointText, putRow } from './rows.ts';

/** Writes a value under a key, over what is there. */
export async function put(
  store: Store,
  key: CheckpointKey,
  value: unknown,
  options: ChangeOptions = {},
): Promise<{ readonly version: number }> {
  const run = caller(store);
  const { expectedVersion, signal } = optionsOf(options);
  const guard = expectedVersion === undefined ? undefined : checkInteger(expectedVersion, 'expectedVersion', 0);
  const under = storedKey(key);
  const text = checkpointText(value, 'value', store.settings);
  const version = await run({ operation: 'put', signal }, scope =>
    scope.together(session => putRow(store, session, under, text, guard)),
  );
  return { version };
}
