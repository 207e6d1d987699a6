import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { Load } from '../feed/writer.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { gather } from './gather.ts';

const WRITER = fileURLToPath(new URL('../feed/writer.ts', import.meta.url));
const THREADS = 5;

eachBackend(
  bench => {
    test('streams give what writers committed that were killed at work, and nothing else', {
      timeout: 120_000,
    }, async () => {
      await sql(bench.orm, 'create table elsewhere (n int)');
      const { journal } = bench;
      const ids = Array.from({ length: THREADS }, (_, index) => `thread-${index}`);
      const streams = ids.map(id => gather(journal.stream(id)));
      const feed = gather(journal.streamAll());
      const load: Load = { seed: 7, process: 0, writers: 4, appends: 100_000, threads: THREADS, delay: 2 };
      for (let round = 0; round < 2; round += 1) {
        const writer = fork(WRITER, [bench.database.url, JSON.stringify({ ...load, process: round })]);
        await once(writer, 'message');
        const before = feed.items.length;
        writer.send('go');
        await vi.waitFor(() => expect(feed.items.length).toBeGreaterThan(before + 30), { timeout: 30_000 });
        writer.kill('SIGKILL');
        await once(writer, 'exit');
      }
      // A killed writer's connections end a little later than it does.
      await vi.waitFor(
        async () => {
          const stored = await Promise.all(ids.map(async id => (await journal.load(id))?.entries ?? []));
          expect(streams.map(({ items }) => items)).toEqual(stored);
          expect(feed.items.map(({ id }) => id).sort()).toEqual(
            stored
              .flat()
              .map(({ id }) => id)
              .sort(),
          );
        },
        { timeout: 20_000 },
      );
      for (const { subscription } of [...streams, feed]) subscription.unsubscribe();
    });
  },
  { on: sharedBackends },
);
