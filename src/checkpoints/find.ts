import { type CallOptions, caller, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type CheckpointKey, storedKey } from './key.ts';
import { decodedValue, readRow } from './rows.ts';

/** The checkpoint under a key, with its version. */
export async function find(
  store: Store,
  key: CheckpointKey,
  options: CallOptions = {},
): Promise<Checkpoint | undefined> {
  const run = caller(store);
  const { signal } = optionsOf(options);
  const wanted = storedKey(key);
  const row = await run({ operation: 'find', signal }, scope => scope.once(session => readRow(store, session, wanted)));
  if (row === undefined) return undefined;
  return {
    key: JSON.parse(row.key),
    value: decodedValue(wanted, row),
    version: Number(row.version),
    updatedAt: Number(row.updated_at),
  };
}
