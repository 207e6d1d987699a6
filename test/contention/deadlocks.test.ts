import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { inProcesses } from '../support/processes.ts';

/** Long runs: APPENDS=5000. Eight processes on overlapping threads, each thread new or not, in any order. */
const APPENDS = Number(process.env['APPENDS'] ?? 60);

eachBackend(
  bench => {
    test(`8 processes append to the same 20 threads, ${APPENDS} times each of 8 writers: no deadlock, no failure`, async () => {
      const threads = Array.from({ length: 20 }, (_, n) => `overlap-${(n * 7) % 20}`);
      const reports = await inProcesses(8, bench.database.url, {
        threads,
        writers: 8,
        appends: APPENDS,
        guarded: false,
      });
      expect(reports.flatMap(report => report.failures)).toEqual([]);
      let total = 0;
      for (const threadId of threads) {
        const thread = await bench.journal.load(threadId);
        expect(thread?.entries.map(entry => entry.seq)).toEqual(
          Array.from({ length: thread?.rev ?? 0 }, (_, seq) => seq),
        );
        total += thread?.rev ?? 0;
      }
      expect(total).toBe(8 * 8 * APPENDS);
    });
  },
  { on: sharedBackends },
);
