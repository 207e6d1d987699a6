import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { take } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { gather } from './gather.ts';

/** Longer runs: SUBSCRIPTIONS=10000. */
const SUBSCRIPTIONS = Number(process.env['SUBSCRIPTIONS'] ?? 300);
/** Connections that two pools keep for a while. */
const POOLS = 20;
const long = { timeout: 600_000 };
const wait = { timeout: 60_000 };

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

eachBackend(
  bench => {
    const listeners = async (): Promise<number> => {
      if (!isPostgres(bench.backend)) return 0;
      const name = 'thread-journal listen';
      const rows = await sql(
        bench.orm,
        `select 1 from pg_stat_activity where application_name = '${name}' and datname = current_database()`,
      );
      return rows.length;
    };
    const handles = (): number => process.getActiveResourcesInfo().filter(name => name !== 'Immediate').length;

    /** Without a timer of the test's own, which would count. */
    const handlesAtMost = async (count: number): Promise<void> => {
      for (const end = performance.now() + 10_000; handles() > count && performance.now() < end; ) await setImmediate();
      expect(handles()).toBeLessThanOrEqual(count);
    };

    test(`${SUBSCRIPTIONS} streams at a time share one connection that listens, and leave nothing`, long, async () => {
      const { journal } = bench;
      const threads = Array.from({ length: SUBSCRIPTIONS }, () => bench.id());
      const pool = isPostgres(bench.backend) ? POOLS : 0;
      const before = handles();
      const streams = threads.map(threadId => gather(journal.stream(threadId)));
      const other = new ThreadJournal(await bench.database.openOrm());
      const connected = isPostgres(bench.backend) ? 1 : 0;
      await vi.waitFor(async () => expect(await listeners()).toBe(connected), wait);
      const some = threads.filter((_, index) => index % 3 === 0);
      for (const threadId of some) await other.append(threadId, [{}]);
      await vi.waitFor(() => expect(streams.flatMap(({ items }) => items).length).toBe(some.length), wait);
      expect(await listeners()).toBe(connected);
      for (const { subscription } of streams) subscription.unsubscribe();
      await vi.waitFor(async () => expect(await listeners()).toBe(0), wait);
      await other.close();
      await handlesAtMost(before + pool);
    });

    test(`${SUBSCRIPTIONS} times subscribed and unsubscribed, nothing is left`, long, async () => {
      const { journal } = bench;
      const threadId = bench.id();
      await journal.append(threadId, [{}]);
      const pool = isPostgres(bench.backend) ? POOLS : 0;
      const initial = handles();
      const cycle = async (): Promise<void> => {
        const stream = gather(journal.stream(threadId).pipe(take(1)));
        const waiting = gather(journal.streamAll({ kinds: ['none'] }));
        await vi.waitFor(() => expect(stream.end).toEqual({ kind: 'complete' }), { ...wait, interval: 1 });
        waiting.subscription.unsubscribe();
      };
      for (let index = 0; index < 50; index += 1) await cycle();
      await vi.waitFor(async () => expect(await listeners()).toBe(0), wait);
      const before = heap();
      for (let index = 0; index < SUBSCRIPTIONS; index += 1) await cycle();
      await vi.waitFor(async () => expect(await listeners()).toBe(0), wait);
      await handlesAtMost(initial + pool);
      expect(heap() - before).toBeLessThan(10);
    });

    test(
      'a follower that stalls keeps few entries in memory, and misses nothing; a subscriber buffers all',
      long,
      async () => {
        const { journal } = bench;
        const threadId = bench.id();
        const text = 'x'.repeat(2_000);
        const iterator = journal.follow(threadId)[Symbol.asyncIterator]();
        const first = iterator.next();
        await journal.append(threadId, [{}]);
        expect((await first).value).toMatchObject({ seq: 0 });
        const fill = async (): Promise<number> => {
          const before = heap();
          for (let round = 0; round < 30; round += 1) {
            await journal.append(
              threadId,
              Array.from({ length: 200 }, (_, n) => ({ payload: { text: text + n } })),
            );
          }
          return heap() - before;
        };
        // 6,000 entries of 2 KB: 12 MB.
        expect(await fill()).toBeLessThan(5);
        for (let seq = 1; seq <= 6_000; seq += 1) {
          const { value } = await iterator.next();
          if (value?.seq !== seq) expect(value).toMatchObject({ seq });
        }
        await iterator.return?.();

        const buffered = gather(journal.stream(threadId, { fromSeq: 6_001 }));
        const grown = fill();
        await grown;
        await vi.waitFor(() => expect(buffered.items.length).toBe(6_000), wait);
        expect(await grown).toBeGreaterThan(8);
        buffered.subscription.unsubscribe();
      },
    );
  },
  { on: sharedBackends },
);
