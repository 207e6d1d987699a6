import { onConnection } from './session.ts';
import type { Watching, WatchNeeds } from './watch.ts';

/** Milliseconds between two looks, each some microseconds long. */
const EVERY = 25;

/**
 * Asks SQLite's own counter of commits by other connections. On the ORM's one connection, in its turn: a second one
 * would be opened behind the host's back, and to a memory database it would be another database.
 */
export function watchSqlite({ em, runner, heard, healthy }: WatchNeeds): Watching {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let version: number | undefined;
  const look = async (): Promise<void> => {
    try {
      const [row] = await onConnection(em, runner, session =>
        session.run<{ data_version: number }>('pragma data_version', []),
      );
      if (stopped) return;
      healthy(true);
      // The first look has nothing to compare with: anything may have happened before it.
      if (row?.data_version !== version) heard(undefined);
      version = row?.data_version;
    } catch {
      if (!stopped) healthy(false);
    }
    if (!stopped) timer = setTimeout(look, EVERY);
  };
  void look();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
