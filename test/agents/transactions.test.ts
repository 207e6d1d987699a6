import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AgentStore,
  CheckpointConflictError,
  CheckpointStore,
  InvalidArgumentError,
  MissingThreadError,
  ThreadForkError,
} from '../../src/index.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { Clerk, failureOf, type Stores, storesOn } from './agents.ts';

eachBackend(bench => {
  let stores: Stores;
  let agent: Clerk;
  beforeAll(async () => {
    stores = storesOn(bench.orm);
    await sql(bench.orm, 'create table bookings (id text primary key)');
  });
  // A notification that is on its way would hold a connection.
  afterAll(() => Promise.all([stores.journal.close(), bench.journal.close()]));
  beforeEach(() => {
    agent = new Clerk(bench.id()).say({ payload: { n: 0 } });
  });
  const bookings = async (): Promise<number> =>
    (await sql(bench.orm, `select id from bookings where id = '${agent.id}'`)).length;
  const stored = async (): Promise<unknown> => {
    const thawed = await stores.agents.thaw(Clerk, agent.id, { policy: 'strict' });
    return thawed && [thawed.state.step, thawed.thread?.rev];
  };
  /** Books, and hibernates the agent, in one transaction. */
  const book = (fails = false): Promise<void> =>
    bench.orm.em.fork().transactional(async em => {
      await em.execute(`insert into bookings values ('${agent.id}')`);
      await stores.agents.hibernate(agent);
      if (fails) throw new Error('host failed');
    });

  describe('inside a transaction of the host', () => {
    test('an agent is put to sleep together with the rows of the app, or neither', async () => {
      await expect(book(true)).rejects.toThrow('host failed');
      expect([await bookings(), await stored(), await stores.journal.head(agent.thread?.id ?? '')]).toEqual([
        0,
        undefined,
        undefined,
      ]);
      await book();
      expect([await bookings(), await stored()]).toEqual([1, [0, 1]]);
    });

    test('it can be put to sleep again after a rollback, and after a commit', async () => {
      await stores.agents.hibernate(agent);
      agent.say({}).state.step = 1;
      await expect(book(true)).rejects.toThrow('host failed');
      expect(await stored()).toEqual([0, 1]);
      agent.say({}).state.step = 2;
      await book();
      expect(await stored()).toEqual([2, 3]);
      agent.say({}).state.step = 3;
      await stores.agents.hibernate(agent);
      expect(await stored()).toEqual([3, 4]);
    });

    test('after a rollback it does not overwrite what another has put meanwhile, though the version is the same', async () => {
      await stores.agents.hibernate(agent);
      const other = (await stores.agents.thaw(Clerk, agent.id)) as Clerk;
      agent.state.step = 1;
      await expect(book(true)).rejects.toThrow('host failed');
      other.state.step = 7;
      expect(await stores.agents.hibernate(other)).toMatchObject({ version: 2 });
      expect(await failureOf(stores.agents.hibernate(agent))).toBeInstanceOf(CheckpointConflictError);
      expect(await stored()).toEqual([7, 1]);
    });

    test('a thread that was first stored in it, and deleted since, is not made again', async () => {
      await book();
      await stores.journal.delete(agent.thread?.id ?? '');
      expect(await failureOf(stores.agents.hibernate(agent.say({})))).toBeInstanceOf(MissingThreadError);
    });

    test('a savepoint that rolls back takes the sleep with it', async () => {
      await bench.orm.em.fork().transactional(async em => {
        await stores.agents.hibernate(agent);
        agent.say({}).state.step = 1;
        await em
          .transactional(async () => {
            await stores.agents.hibernate(agent);
            throw new Error('inner failed');
          })
          .catch(() => {});
      });
      expect(await stored()).toEqual([0, 1]);
      await stores.agents.hibernate(agent);
      expect(await stored()).toEqual([1, 2]);
    });

    test('a refused hibernate leaves it usable, and nothing behind', async () => {
      await stores.agents.hibernate(agent);
      await stores.journal.append(agent.thread?.id ?? '', [{}]);
      agent.say({});
      await bench.orm.em.fork().transactional(async em => {
        expect(await failureOf(stores.agents.hibernate(agent))).toBeInstanceOf(ThreadForkError);
        const fresh = Object.assign(new Clerk(bench.id()), { checkpoint: () => ({ state: 7 }) as never });
        expect(await failureOf(stores.agents.hibernate(fresh.say({})))).toMatchObject({ code: 'invalid_checkpoint' });
        await em.execute(`insert into bookings values ('${agent.id}')`);
      });
      expect(await bookings()).toBe(1);
      const head = await stores.journal.head(agent.thread?.id ?? '');
      expect(head?.rev).toBe(2);
    });

    test('thaw sees what was put to sleep in it', async () => {
      await bench.orm.em.fork().transactional(async () => {
        await stores.agents.hibernate(agent);
        expect(await stored()).toEqual([0, 1]);
      });
    });
  });

  test('within(em): a transaction begun by hand is joined, and only while it lasts', async () => {
    const em = bench.orm.em.fork();
    const bound = stores.agents.within(em);
    await expect(bound.hibernate(agent)).rejects.toBeInstanceOf(InvalidArgumentError);
    await em.begin();
    await bound.hibernate(agent);
    expect((await bound.thaw(Clerk, agent.id))?.thread?.rev).toBe(1);
    await em.rollback();
    expect(await stored()).toBeUndefined();
    await em.begin();
    await bound.hibernate(agent);
    await bound.close();
    await em.commit();
    expect(await stored()).toEqual([0, 1]);
    await expect(bound.thaw(Clerk, agent.id)).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(() => bound.session(Clerk, 'x')).toThrow(InvalidArgumentError);
  });

  test('who follows the thread is given what a hibernate stored, once it is committed', async () => {
    // So that nobody finds it by looking again and again: only by being told.
    const journal = bench.journalWith({ live: { notify: false, pollMs: 600_000 } });
    const agents = new AgentStore({ journal, checkpoints: new CheckpointStore(bench.orm) });
    await agents.hibernate(agent);
    const following = journal.follow(agent.thread?.id ?? '')[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => (await following.next()).value?.payload['n'];
    expect(await next()).toBe(0);
    const [one, two] = [next(), next()];
    await agents.hibernate(agent.say({ payload: { n: 1 } }));
    expect(await one).toBe(1);
    await bench.orm.em.fork().transactional(() => agents.hibernate(agent.say({ payload: { n: 2 } })));
    expect(await two).toBe(2);
    await following.return?.();
    await journal.close();
  });

  test('a dozen agents at once, each with its own thread, and one transaction each', async () => {
    const agents = Array.from({ length: 12 }, () => new Clerk(bench.id()).say({}, {}));
    await Promise.all(agents.map(one => stores.agents.hibernate(one)));
    const thawed = await Promise.all(agents.map(one => stores.agents.thaw(Clerk, one.id, { policy: 'strict' })));
    expect(thawed.map(one => one?.thread?.rev)).toEqual(agents.map(() => 2));
  });

  test.each([true, false])(
    'one agent, hibernated many times at once, is stored as it was last (with a thread: %s)',
    async withThread => {
      if (!withThread) agent.thread = undefined;
      for (let round = 1; round <= 5; round += 1) {
        const sleeps = Array.from({ length: 8 }, (_, n) => {
          if (withThread) agent.say({});
          agent.state.step = round * 100 + n;
          return stores.agents.hibernate(agent);
        });
        await Promise.all(sleeps);
        expect(await stored()).toEqual([round * 100 + 7, withThread ? 1 + round * 8 : undefined]);
      }
    },
  );
});
