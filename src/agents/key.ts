import { type CheckpointKey, type StoredKey, storedKey } from '../checkpoints/index.ts';
import { checkId } from '../values/index.ts';

/** `[type, id]`, or `[type, 'partition', partition, id]`: `list({ prefix: [type] })` finds all agents of a type. */
export function agentKey(type: string, key: CheckpointKey, partition: string | undefined): StoredKey {
  checkId(type, 'type');
  if (partition === undefined) return storedKey([type, key]);
  return storedKey([type, 'partition', checkId(partition, 'partition'), key]);
}
