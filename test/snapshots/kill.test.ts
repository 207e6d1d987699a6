import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { BIN } from '../cli/cli.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { Random } from './random.ts';
import { journalDigest, rebuilt, snapshotDigest } from './segments.ts';

/** The long run: KILLS=20. */
const KILLS = Number(process.env['KILLS'] ?? 6);
/** A failure prints its seed; give it back in KILL_SEED. */
const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e9));
const THREADS = 24;
const ENTRIES = 700;

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ payload: { n, text: 'x'.repeat(50) } }));

describe(`KILL_SEED=${SEED}`, () => {
  eachBackend(
    bench => {
      const random = new Random(SEED);
      const segments = async (): Promise<number> => {
        const [row] = await sql<{ n: number | string }>(bench.orm, 'select count(*) as n from journal_snapshots');
        return Number(row?.n);
      };

      /** Starts the command, and kills it when there are so many segments. How many there were then. */
      async function killedAt(wanted: number): Promise<number> {
        const { VITEST: _, ...env } = process.env;
        const child = spawn(process.execPath, [BIN, 'rebuild', '--all', '--url', bench.database.url], {
          env,
          stdio: 'ignore',
        });
        const ended = once(child, 'exit');
        let running = true;
        void ended.then(() => {
          running = false;
        });
        while (running && (await segments()) < wanted) {
          await bench.journal.append(`thread-${random.below(THREADS + 3)}`, numbered(3));
          await new Promise(resolve => setImmediate(resolve));
        }
        child.kill('SIGKILL');
        const [code, signal] = await ended;
        expect([code, signal]).not.toContain(2);
        return segments();
      }

      beforeAll(async () => {
        for (let thread = 0; thread < THREADS; thread += 1)
          await bench.journal.append(`thread-${thread}`, numbered(ENTRIES));
      });

      test(`a rebuild killed at ${KILLS} points and run again makes what an undisturbed one makes`, async () => {
        const all = await rebuilt(bench.journal).then(() => segments());
        expect(all).toBe(THREADS * 3);
        let partly = 0;
        for (let kill = 0; kill < KILLS; kill += 1) {
          await sql(bench.orm, 'delete from journal_snapshots');
          const left = await killedAt(random.below(all));
          const journal = await journalDigest(bench.orm);
          const { kept } = await rebuilt(bench.journal);
          // All but the last of each thread, which grew with what was appended meanwhile.
          expect(kept > 0).toBe(left > 0);
          const again = await snapshotDigest(bench.orm);
          if (left > 0 && left < (await segments())) partly += 1;
          await sql(bench.orm, 'delete from journal_snapshots');
          await rebuilt(bench.journal);
          expect(await snapshotDigest(bench.orm)).toBe(again);
          expect(await journalDigest(bench.orm)).toBe(journal);
        }
        // Kills that came before the first segment or behind the last would prove nothing.
        expect(partly).toBeGreaterThanOrEqual(KILLS / 3);
      }, 300_000);

      test('two rebuilds at once, each a process of its own, make what one makes', async () => {
        await rebuilt(bench.journal);
        const one = await snapshotDigest(bench.orm);
        await sql(bench.orm, 'delete from journal_snapshots');
        const { VITEST: _, ...env } = process.env;
        const ends = [1, 2].map(async () => {
          const child = spawn(process.execPath, [BIN, 'rebuild', '--all', '--url', bench.database.url], {
            env,
            stdio: 'ignore',
          });
          return (await once(child, 'exit'))[0];
        });
        expect(await Promise.all(ends)).toEqual([0, 0]);
        expect(await snapshotDigest(bench.orm)).toBe(one);
      });
    },
    { on: sharedBackends },
  );
});
