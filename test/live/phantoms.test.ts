import type { EventSubscriber, TransactionEventArgs } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { expect, test, vi } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { gather } from './gather.ts';

/** Longer runs: NESTINGS=10000. */
const NESTINGS = Number(process.env['NESTINGS'] ?? 150);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
const THREADS = ['a', 'b', 'c'] as const;

class Undone extends Error {}

/** Control: believes each `afterTransactionCommit`, as of savepoints and of commits that were turned into rollbacks. */
class Believer implements EventSubscriber {
  readonly told: string[] = [];
  #staged: string[] = [];

  stage(id: string): void {
    this.#staged.push(id);
  }

  afterTransactionCommit(_: TransactionEventArgs): void {
    this.told.push(...this.#staged.splice(0));
  }

  afterTransactionRollback(_: TransactionEventArgs): void {
    this.#staged = [];
  }
}

eachBackend(bench => {
  test(`streams never give an entry whose outermost transaction did not commit: ${NESTINGS} random nestings (SEED=${SEED})`, {
    timeout: 600_000,
  }, async () => {
    const { orm } = bench;
    await sql(orm, 'create table parent (id int primary key)');
    await sql(orm, 'create table child (parent int not null references parent (id) deferrable initially deferred)');
    const journal = new ThreadJournal(orm);
    const believer = new Believer();
    orm.em.getEventManager().registerSubscriber(believer);
    let state = SEED;
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const streams = THREADS.map(threadId => gather(journal.stream(threadId)));
    const feed = gather(journal.streamAll());
    const counts = { committed: 0, undone: 0, refused: 0, swallowed: 0 };

    const append = async (em: SqlEntityManager): Promise<void> => {
      const thread = THREADS[Math.floor(random() * THREADS.length)] ?? 'a';
      const { entries } = await journal.within(em).append(thread, [{}]);
      for (const { id } of entries) believer.stage(id);
    };
    const nest = async (em: SqlEntityManager, depth: number): Promise<void> => {
      for (let step = 0; step < 3; step += 1) {
        const dice = random();
        if (dice < 0.5) await append(em);
        else if (dice < 0.75 && depth < 4) {
          await em
            .transactional(inner => nest(inner as SqlEntityManager, depth + 1))
            .catch(error => {
              if (!(error instanceof Undone)) throw error;
            });
        }
      }
      if (random() < 0.25) throw new Undone();
    };

    for (let round = 0; round < NESTINGS; round += 1) {
      const ending = random();
      try {
        await orm.em.fork().transactional(async given => {
          const em = given as SqlEntityManager;
          await nest(em, 0);
          if (ending < 0.1) await em.execute('insert into child values (1)');
          if (ending > 0.9) {
            await append(em);
            // A failed statement that is caught: PostgreSQL turns the COMMIT into a ROLLBACK, and says nothing.
            await em.execute('insert into nowhere values (1)').catch(() => {});
            counts.swallowed += 1;
          }
        });
        counts.committed += 1;
      } catch (error) {
        if (error instanceof Undone) counts.undone += 1;
        else counts.refused += 1;
      }
    }

    const stored = await Promise.all(THREADS.map(async threadId => (await journal.load(threadId))?.entries ?? []));
    const total = stored.flat().length;
    await vi.waitFor(() =>
      expect([streams.flatMap(({ items }) => items).length, feed.items.length]).toEqual([total, total]),
    );
    expect(streams.map(({ items }) => items)).toEqual(stored);
    expect(new Set(feed.items.map(({ id }) => id))).toEqual(new Set(stored.flat().map(({ id }) => id)));
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
    const real = new Set(stored.flat().map(({ id }) => id));
    expect(believer.told.filter(id => !real.has(id)).length).toBeGreaterThan(0);
    await journal.close();
  });
});
