import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Agent, type AgentType, ThreadMismatchError } from '../../src/index.ts';
import { Random } from '../snapshots/random.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { failureOf, type Stores, storesOn } from './agents.ts';
import { WorkerProcess } from './worker-process.ts';

/** The long run: KILLS=200. */
const KILLS = Number(process.env['KILLS'] ?? 4);
/** So many kills the control has to find one that tears; about every second does. */
const CONTROLS = 60;
/** A failure prints its seed; give it back in KILL_SEED. */
const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e9));

/** What a person who runs the long form wants to know. */
const report = (line: string): void => void process.stderr.write(`${line}\n`);

const Worker: AgentType = { type: 'worker', create: id => ({ id, type: 'worker', state: {} }) };

describe(`KILL_SEED=${SEED}`, () => {
  eachBackend(
    bench => {
      const random = new Random(SEED);
      let stores: Stores;
      let next: WorkerProcess;
      beforeAll(() => {
        stores = storesOn(bench.orm);
        next = new WorkerProcess(bench.database.url);
      });
      afterAll(() => next.kill());

      /** Lets a worker hibernate one agent over and over, and kills it at a random point. What it acknowledged last. */
      async function killedWhileHibernating(id: string, how: 'whole' | 'torn'): Promise<number> {
        const worker = next;
        next = new WorkerProcess(bench.database.url);
        expect(await worker.line()).toBe('ready');
        worker.tell(`loop ${id} ${how}`);
        let acknowledged = Number(await worker.line());
        for (let more = random.below(6); more > 0; more -= 1) acknowledged = Number(await worker.line());
        // A few hundred microseconds make up a hibernate.
        const until = performance.now() + random.below(3_000) / 1_000;
        while (performance.now() < until) await new Promise(resolve => setImmediate(resolve));
        return Number((await worker.kill()) ?? acknowledged);
      }

      test(`${KILLS} kills: what is thawed is state and thread of one moment, and nothing acknowledged is lost`, async () => {
        let [unacknowledged, before] = [0, 0];
        for (let kill = 0; kill < KILLS; kill += 1) {
          const acknowledged = await killedWhileHibernating('whole', 'whole');
          expect(acknowledged).toBeGreaterThan(before);
          const agent = (await stores.agents.thaw(Worker, 'whole', { policy: 'strict' })) as Agent;
          const { n, hash } = agent.state as { n: number; hash: string };
          expect([acknowledged, acknowledged + 1]).toContain(n);
          expect([agent.thread?.rev, agent.thread?.hash]).toEqual([3 * n, hash]);
          expect(agent.thread?.entries.map(({ payload }) => payload['n'])).toEqual(
            Array.from({ length: 3 * n }, (_, seq) => Math.floor(seq / 3) + 1),
          );
          if (n > acknowledged) unacknowledged += 1;
          before = n;
        }
        report(`${bench.backend}: ${KILLS} kills, ${before} hibernates, ${unacknowledged} stored but not said`);
      }, 900_000);

      test('the control, two transactions in place of one, is torn by such kills', async () => {
        let kills = 0;
        for (let torn = false; !torn; ) {
          kills += 1;
          expect(kills).toBeLessThanOrEqual(CONTROLS);
          const id = `torn-${kills}`;
          await killedWhileHibernating(id, 'torn');
          const outcome = await failureOf(stores.agents.thaw(Worker, id, { policy: 'strict' }));
          torn = outcome instanceof ThreadMismatchError && outcome.reason === 'moved-on';
        }
        report(`${bench.backend}: the control was torn by kill ${kills}`);
      }, 300_000);
    },
    { on: sharedBackends },
  );
});
