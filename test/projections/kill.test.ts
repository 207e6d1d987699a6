import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { Projector, type ThreadJournal } from '../../src/index.ts';
import { Random } from '../snapshots/random.ts';
import { type Orm, sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { createTally, freshTallies, naiveProjector, numbered, openHost, tallies, tally } from './tally.ts';
import type { TallyWork } from './tally-process.ts';

/** The long run: KILLS=50. A failure prints its seed; give it back in KILL_SEED. */
const KILLS = Number(process.env['KILLS'] ?? 4);
const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e9));
/** The second and later starts of the same program take a third less time. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
const PROCESS = fileURLToPath(new URL('./tally-process.ts', import.meta.url));

describe(`KILL_SEED=${SEED}`, () => {
  eachBackend(
    bench => {
      let orm: Orm;
      let journal: ThreadJournal;
      beforeAll(async () => {
        await createTally(bench.orm);
        ({ orm, journal } = await openHost(bench.database));
      });

      function start(work: TallyWork): ChildProcess {
        const { VITEST: _, ...clean } = process.env;
        const env = { ...clean, NODE_COMPILE_CACHE };
        return spawn(process.execPath, [PROCESS, bench.database.url, JSON.stringify(work)], {
          env,
          stdio: ['ignore', 'ignore', 'inherit'],
        });
      }
      const handled = async (): Promise<number> => {
        const [row] = await sql<{ n: number | string | null }>(orm, 'select sum(entries) as n from tally');
        return Number(row?.n ?? 0);
      };

      test(
        `a projector killed at ${KILLS} random points makes what a fresh fold makes`,
        async () => {
          const random = new Random(SEED);
          let all = 0;
          let amidst = 0;
          for (let kill = 0; kill < KILLS; kill += 1) {
            for (let thread = 0; thread < 8; thread += 1) {
              await journal.append(`thread-${thread}`, numbered(25 + random.below(25)));
            }
            all = (await sql<{ n: number }>(orm, 'select sum(rev) as n from journal_threads'))[0]?.n ?? 0;
            const before = await handled();
            const wanted = before + 1 + random.below(Number(all) - before);
            const child = start({ name: 'killed', leaseMs: 100 });
            const ended = once(child, 'exit');
            let running = true;
            void ended.then(() => {
              running = false;
            });
            while (running && (await handled()) < wanted) await new Promise(resolve => setTimeout(resolve, 1));
            // A moment more, so that it is hit at any point of its next batch.
            const later = performance.now() + random.below(8);
            while (performance.now() < later) await new Promise(resolve => setImmediate(resolve));
            child.kill('SIGKILL');
            expect((await ended)[1]).toBe('SIGKILL');
            const after = await handled();
            if (after > before && after < Number(all)) amidst += 1;
          }
          const projector = new Projector({ journal, projection: { name: 'killed', version: 1 }, handle: tally });
          await projector.catchUp();
          expect(await tallies(orm)).toEqual(await freshTallies(journal));
          expect(await handled()).toBe(Number(all));
          // Kills of a projector that had done nothing, or all, would prove nothing.
          expect(amidst).toBeGreaterThanOrEqual(KILLS / 3);
        },
        60_000 + KILLS * 30_000,
      );

      test('and one that stores its cursor in a transaction of its own does not', async () => {
        await sql(orm, 'delete from tally');
        for await (const { threadId } of journal.threads()) await journal.delete(threadId);
        await journal.append('naive', numbered(90));
        const child = start({ name: 'naive', leaseMs: 100, naiveUntil: 2 });
        expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
        await naiveProjector(orm, journal, { name: 'naive' });
        expect(await tallies(orm)).not.toEqual(await freshTallies(journal));
      });
    },
    { on: sharedBackends },
  );
});
