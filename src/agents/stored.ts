import { InvalidCheckpointError } from '../agent-errors.ts';
import { isPlainObject } from '../values/index.ts';
import type { AgentCheckpoint, ThreadPointer } from './agent.ts';

/** What is stored as a checkpoint of this type; whatever else may stand under the key is refused before it is used. */
export function checkStored(value: unknown, agentType: string): AgentCheckpoint {
  const invalid = (path: string, reason: string): InvalidCheckpointError =>
    new InvalidCheckpointError({ agentType, path: `stored checkpoint${path}`, reason });
  if (!isPlainObject(value)) throw invalid('', 'must be a plain object');
  const { version, type, id, state, thread } = value;
  if (version !== 1) throw invalid('.version', 'must be 1');
  if (type !== agentType) throw invalid('.type', 'is another one');
  if (typeof id !== 'string') throw invalid('.id', 'must be a string');
  if (!isPlainObject(state)) throw invalid('.state', 'must be a plain object');
  if (thread !== undefined && !isPointer(thread)) throw invalid('.thread', 'must be a pointer to a thread');
  return value as unknown as AgentCheckpoint;
}

export function isPointer(value: unknown): value is ThreadPointer {
  if (!isPlainObject(value)) return false;
  const { id, rev, generation, hash } = value;
  return (
    typeof id === 'string' &&
    typeof rev === 'number' &&
    Number.isSafeInteger(rev) &&
    rev >= 0 &&
    typeof hash === 'string' &&
    (typeof generation === 'string' || (generation === undefined && rev === 0))
  );
}
