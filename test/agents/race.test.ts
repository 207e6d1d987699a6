import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent, AgentType } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { type Stores, storesOn } from './agents.ts';
import { WorkerProcess } from './worker-process.ts';

const ROUNDS = Number(process.env['RACES'] ?? 15);
const Worker: AgentType = { type: 'worker', create: id => ({ id, type: 'worker', state: {} }) };

interface Outcome {
  readonly pid: number;
  readonly code?: string;
  readonly divergesAtSeq?: number;
}

eachBackend(
  bench => {
    let stores: Stores;
    let workers: readonly WorkerProcess[];
    beforeAll(async () => {
      stores = storesOn(bench.orm);
      workers = [1, 2].map(() => new WorkerProcess(bench.database.url));
      for (const worker of workers) expect(await worker.line()).toBe('ready');
    });
    afterAll(() => Promise.all(workers.map(worker => worker.end())));

    /** Both thaw the agent, both change it, then both hibernate it at once. */
    async function race(id: string, change: 'thread' | 'state'): Promise<{ won: Outcome; lost: Outcome }> {
      for (const worker of workers) worker.tell(`thaw ${id} ${change}`);
      for (const worker of workers) expect(await worker.line()).toBe('thawed');
      for (const worker of workers) worker.tell('hibernate');
      const outcomes: Outcome[] = (await Promise.all(workers.map(worker => worker.line()))).map(line =>
        JSON.parse(line),
      );
      const [won, ...others] = outcomes.filter(({ code }) => code === undefined);
      const [lost] = outcomes.filter(({ code }) => code !== undefined);
      if (won === undefined || lost === undefined || others.length > 0) throw new Error(JSON.stringify(outcomes));
      return { won, lost };
    }

    test('of two processes that hibernate one agent one wins, the other is told from where they differ', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { won, lost } = await race('racer', 'thread');
        expect(lost).toMatchObject({ code: 'thread_fork', divergesAtSeq: 3 * round });
        const agent = (await stores.agents.thaw(Worker, 'racer', { policy: 'strict' })) as Agent;
        expect(agent.thread?.entries.slice(3 * round).map(({ payload }) => payload['by'])).toEqual(
          [1, 2, 3].map(() => String(won.pid)),
        );
        expect((agent.state as { hash: string }).hash).toBe(agent.thread?.hash);
      }
    });

    test('also when only the state was changed: it is not overwritten in silence', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { won, lost } = await race('racer', 'state');
        expect(lost.code).toBe('checkpoint_conflict');
        const agent = (await stores.agents.thaw(Worker, 'racer')) as Agent;
        expect((agent.state as { hash: string }).hash).toBe(String(won.pid));
      }
    });
  },
  { on: sharedBackends },
);
