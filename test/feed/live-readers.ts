import { setTimeout } from 'node:timers/promises';
import { merge, type Observable } from 'rxjs';
import { type Entry, type LiveSettings, ThreadJournal } from '../../src/index.ts';
import type { Orm } from '../support/backends.ts';
import { type Acknowledged, type Delivered, now } from './deliveries.ts';

/** Without anything new for so long, milliseconds, nothing more is expected. */
const QUIET = 5_000;

export interface LiveReader {
  /** Waits until so many are delivered, or nothing more comes. */
  end(count: number): Promise<readonly Delivered[]>;
  /** Milliseconds from the answer of an append to its delivery. */
  latencies(acknowledged: readonly Acknowledged[]): { p50: number; p99: number; max: number };
}

export function byStreamAll(orm: Orm, live: Partial<LiveSettings> = {}): LiveReader {
  return listen(orm, live, journal => journal.streamAll());
}

/** One stream for each thread. */
export function byStreams(orm: Orm, threads: number, live: Partial<LiveSettings> = {}): LiveReader {
  return listen(orm, live, journal =>
    merge(...Array.from({ length: threads }, (_, index) => journal.stream(`thread-${index}`))),
  );
}

function listen(
  orm: Orm,
  live: Partial<LiveSettings>,
  open: (journal: ThreadJournal) => Observable<Entry>,
): LiveReader {
  const journal = new ThreadJournal(orm, { live });
  const delivered: (Delivered & { readonly at: number })[] = [];
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  open(journal).subscribe({
    next: ({ id, threadId, seq }) => delivered.push({ id, threadId, seq, at: now() }),
    error: failed.reject,
  });
  const settled = async (count: number): Promise<void> => {
    for (let last = -1, quiet = 0; delivered.length < count && quiet < QUIET; quiet += 10) {
      if (delivered.length !== last) quiet = 0;
      last = delivered.length;
      await setTimeout(10);
    }
  };
  return {
    end: async count => {
      await Promise.race([settled(count), failed.promise]);
      await journal.close();
      return delivered;
    },
    latencies: acknowledged => {
      const acked = new Map(acknowledged.map(entry => [entry.id, entry.acked]));
      const ms = delivered
        .map(({ id, at }) => Math.max(0, at - (acked.get(id) ?? at)) / 1e6)
        .sort((one, other) => one - other);
      const at = (part: number): number => Math.round((ms[Math.floor(part * (ms.length - 1))] ?? 0) * 10) / 10;
      return { p50: at(0.5), p99: at(0.99), max: at(1) };
    },
  };
}
