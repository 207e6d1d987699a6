import { types } from 'node:util';
import { CheckpointCallbackError } from '../agent-errors.ts';

interface Whose {
  readonly callback: CheckpointCallbackError['callback'];
  readonly agentType: string;
  readonly agentId: string;
}

/** Runs code of the host's. @throws CheckpointCallbackError */
export function callback<T>(whose: Whose, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    throw new CheckpointCallbackError({ ...whose, cause });
  }
}

/** A promise's rejection comes too late to be ours, and must not end the process. */
export function refusePromise(whose: Whose, value: unknown): void {
  if (!types.isPromise(value)) return;
  value.catch(() => {});
  throw new CheckpointCallbackError({ ...whose, reason: 'returned a promise: it must not be async' });
}
