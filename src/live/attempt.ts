import { setImmediate } from 'node:timers/promises';
import { backoffMs } from '../dialects/index.ts';
import { JournalClosedError } from '../errors.ts';
import { type Caller, isAway } from '../journal/index.ts';
import type { Hub } from './hub.ts';
import type { Watcher } from './watcher.ts';

const LONGEST_PAUSE = 5_000;

/**
 * A read that waits for its turn, and for a database that is away: that is no error of a stream, which goes on where it
 * stands. Undefined when the follower is to end.
 */
export async function attempt<T>(
  hub: Hub,
  watcher: Watcher,
  ending: AbortSignal,
  read: (run: Caller) => Promise<T>,
): Promise<T | undefined> {
  const { dialect } = hub.store;
  for (let failures = 0; !hub.isOver(ending); failures += 1) {
    try {
      const result = await orEnd(
        ending,
        hub.gate(() => (hub.isOver(ending) ? undefined : read(hub.run))),
      );
      // A database in this process answers without a turn of the event loop.
      if (!dialect.remote) await setImmediate();
      hub.status.failing(watcher, false);
      return result;
    } catch (error) {
      if (hub.isOver(ending) || error instanceof JournalClosedError) return undefined;
      if (!isAway(hub.store, error)) throw error;
      hub.status.failing(watcher, true);
      await watcher.rest(backoffMs(failures, LONGEST_PAUSE));
    }
  }
  return undefined;
}

/** Nobody waits for what is still on its way. */
function orEnd<T>(ending: AbortSignal, work: Promise<T | undefined>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(undefined);
    ending.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => ending.removeEventListener('abort', end));
  });
}
