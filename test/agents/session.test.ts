import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AgentEvent,
  AgentStore,
  AgentStoreClosedError,
  type AgentType,
  CheckpointCallbackError,
  CheckpointStore,
  ThreadForkError,
  ThreadJournal,
} from '../../src/index.ts';
import { eachBackend } from '../support/each-backend.ts';
import { Clerk, failureOf } from './agents.ts';

/** Timers that go off when the test says so. */
class HandTimers {
  readonly pending = new Map<number, { callback: () => void; ms: number }>();
  #last = 0;
  setTimeout = (callback: () => void, ms: number): number => {
    this.#last += 1;
    this.pending.set(this.#last, { callback, ms });
    return this.#last;
  };
  clearTimeout = (timer: unknown): void => {
    this.pending.delete(timer as number);
  };
  /** All that are pending go off. How long each would have taken. */
  go(): number[] {
    const due = [...this.pending.values()];
    this.pending.clear();
    for (const { callback } of due) callback();
    return due.map(({ ms }) => ms);
  }
}

/** A clerk that counts how often it was made. */
function counted(): AgentType<Clerk> & { made: number } {
  const type = {
    type: 'clerk',
    made: 0,
    create: (id: string) => {
      type.made += 1;
      return new Clerk(id);
    },
  };
  return type;
}

eachBackend(bench => {
  let timers: HandTimers;
  let agents: AgentStore;
  let type: ReturnType<typeof counted>;
  let id: string;
  beforeEach(() => {
    timers = new HandTimers();
    const journal = new ThreadJournal(bench.orm);
    agents = new AgentStore({ journal, checkpoints: new CheckpointStore(bench.orm), timers });
    type = counted();
    id = bench.id();
  });
  afterEach(() => agents.close());
  const stored = async (): Promise<unknown> => (await agents.thaw(Clerk, id))?.state.step;
  /** Until what goes on behind the callers' backs has come so far. */
  async function until(condition: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 20_000; !(await condition()); ) {
      if (Date.now() > end) throw new Error('it never came');
      await new Promise(resolve => setTimeout(resolve, 2));
    }
  }

  describe('a session', () => {
    test('makes an agent that was never stored, and keeps it when it is closed', async () => {
      const session = agents.session(type, id);
      expect(type.made).toBe(0);
      expect(
        await session.use(agent => {
          agent.state.step = 1;
          return 'answer';
        }),
      ).toBe('answer');
      expect(await stored()).toBeUndefined();
      await session.close();
      expect(await stored()).toBe(1);
      await session.close();
    });

    test('thaws the stored agent when it is first used', async () => {
      const agent = new Clerk(id).say({});
      agent.state.step = 7;
      await agents.hibernate(agent);
      const seen = await agents.session(type, id).use(clerk => [clerk.state.step, clerk.thread?.rev]);
      expect(seen).toEqual([7, 1]);
    });

    test('hands one instance to all who use it at once, whichever handle they have', async () => {
      const instances = await Promise.all(
        Array.from({ length: 10 }, () => agents.session(type, id).use(async agent => agent)),
      );
      expect(new Set(instances).size).toBe(1);
      expect(type.made).toBe(1);
    });

    test('keeps agents of other ids and partitions apart', async () => {
      const instances = await Promise.all([
        agents.session(type, id).use(agent => agent),
        agents.session(type, bench.id()).use(agent => agent),
        agents.session(type, id, { partition: 'a' }).use(agent => agent),
      ]);
      expect(new Set(instances).size).toBe(3);
    });

    test('hibernates an agent that nobody has used for idleMs, and thaws it for the next', async () => {
      const session = agents.session(type, id, { idleMs: 250 });
      await session.use(async agent => {
        await session.use(inner => {
          expect(inner).toBe(agent);
        });
        // Somebody still uses it.
        expect(timers.pending.size).toBe(0);
        agent.say({}).state.step = 1;
      });
      expect(timers.go()).toEqual([250]);
      await until(async () => (await stored()) === 1);
      await session.use(agent => {
        expect([agent.state.step, agent.thread?.rev]).toEqual([1, 1]);
        agent.state.step = 2;
      });
      expect(type.made).toBe(2);
      expect(await stored()).toBe(1);
      await session.close();
      expect(await stored()).toBe(2);
    });

    test('is not idle while it is used again, and waits for a hibernate that is under way', async () => {
      const session = agents.session(type, id, { idleMs: 100 });
      await session.use(agent => {
        agent.state.step = 1;
      });
      expect(timers.pending.size).toBe(1);
      const again = session.use(async agent => {
        expect(timers.pending.size).toBe(0);
        agent.state.step = 2;
      });
      await again;
      timers.go();
      const during = session.use(agent => {
        agent.state.step += 1;
      });
      await during;
      // The one that was put to sleep was woken again, or never slept: either way nothing is lost.
      await session.close();
      expect(await stored()).toBe(3);
    });

    test('fails when the agent cannot be thawed, and never makes a new one in its place', async () => {
      const agent = new Clerk(id).say({});
      await agents.hibernate(agent);
      const failing = {
        ...type,
        create: (made: string) => Object.assign(new Clerk(made), { restore: () => Promise.reject(new Error('no')) }),
      };
      const session = agents.session(failing, id);
      const failures = await Promise.all([1, 2, 3].map(() => failureOf(session.use(() => 'used'))));
      for (const failure of failures) expect(failure).toBeInstanceOf(CheckpointCallbackError);
      await session.close();
      expect(timers.pending.size).toBe(0);
      expect(await agents.session(type, id).use(clerk => clerk.thread?.rev)).toBe(1);
    });

    test('fails when the thread is gone, and leaves the checkpoint as it is', async () => {
      const agent = new Clerk(id).say({});
      await agents.hibernate(agent);
      await bench.journal.delete(agent.thread?.id ?? '');
      expect(await failureOf(agents.session(type, id).use(() => 'used'))).toMatchObject({ code: 'missing_thread' });
      await agents.close();
      expect(await new CheckpointStore(bench.orm).find(['clerk', id])).toMatchObject({ version: 1 });
    });

    test('does not put a new agent over one that another process stored meanwhile', async () => {
      const session = agents.session(type, id);
      await session.use(agent => {
        agent.state.step = 1;
      });
      const other = new Clerk(id);
      other.state.step = 9;
      const elsewhere = new AgentStore({ journal: bench.journal, checkpoints: new CheckpointStore(bench.orm) });
      await elsewhere.hibernate(other);
      expect(await failureOf(session.close())).toMatchObject({ code: 'checkpoint_conflict', expectedVersion: 0 });
      session.discard();
      expect(await session.use(agent => agent.state.step)).toBe(9);
    });

    test('that cannot hibernate its idle agent says so on the channel, keeps it, and tries again', async () => {
      const events: AgentEvent[] = [];
      const listener = (event: unknown): void => {
        events.push(event as AgentEvent);
      };
      subscribe('thread-journal:agent', listener);
      const session = agents.session(type, id, { idleMs: 5 });
      const instance = await session.use(agent => agent.say({}));
      await bench.journal.append(instance.thread?.id ?? '', [{ payload: { by: 'another' } }]);
      for (const attempt of [1, 2]) {
        timers.go();
        await until(async () => events.length === attempt && timers.pending.size === 1);
      }
      unsubscribe('thread-journal:agent', listener);
      expect(events[0]).toMatchObject({ event: 'hibernate-failed', type: 'clerk', id });
      expect(events[0]?.error).toBeInstanceOf(ThreadForkError);
      expect(await session.use(agent => agent)).toBe(instance);
      expect(await failureOf(session.close())).toBeInstanceOf(ThreadForkError);
      const failure = await failureOf(agents.close());
      expect(failure).toBeInstanceOf(AggregateError);
      expect((failure as AggregateError).errors[0]).toBeInstanceOf(ThreadForkError);
      session.discard();
      await agents.close();
    });

    test('leaves the agent as it is when its user throws, and passes the error on', async () => {
      const session = agents.session(type, id);
      const boom = new Error('boom');
      expect(
        await failureOf(
          session.use(agent => {
            agent.state.step = 1;
            throw boom;
          }),
        ),
      ).toBe(boom);
      expect(await session.use(agent => agent.state.step)).toBe(1);
    });

    test('forgets what it did when it is discarded', async () => {
      const session = agents.session(type, id);
      await session.use(agent => {
        agent.state.step = 1;
      });
      session.discard();
      expect(await session.use(agent => agent.state.step)).toBe(0);
      session.discard();
      expect(timers.pending.size).toBe(0);
    });

    test('is refused inside a transaction of the host, and its agent may be put to sleep in one', async () => {
      const session = agents.session(type, id);
      await bench.orm.em.fork().transactional(async () => {
        expect(await failureOf(session.use(() => 'used'))).toMatchObject({ code: 'invalid_argument' });
      });
      await session.use(async agent => {
        agent.say({}).state.step = 5;
        await bench.orm.em.fork().transactional(() => agents.hibernate(agent));
        expect(await stored()).toBe(5);
        agent.say({}).state.step = 6;
      });
      await session.close();
      expect(await stored()).toBe(6);
    });

    test('cannot be closed inside its own use, which it would wait for', async () => {
      const session = agents.session(type, id);
      await session.use(async () => {
        expect(await failureOf(session.close())).toMatchObject({ code: 'invalid_argument', argument: 'close' });
        await agents.session(type, bench.id()).close();
      });
    });

    test('refuses options out of range', () => {
      for (const options of [{ idleMs: -1 }, { idleMs: 2 ** 31 }, { idleMs: '5' as never }, { partition: '' }]) {
        expect(() => agents.session(type, id, options)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^invalid_/) }),
        );
      }
      expect(() => agents.session({} as never, id)).toThrow();
      expect(() => agents.session(type, ['x'] as never)).toThrow();
    });
  });

  test('close() hibernates all that are awake, once nobody uses them, and takes no more work', async () => {
    const ids = [id, bench.id(), bench.id()];
    for (const [step, one] of ids.entries()) {
      await agents.session(type, one).use(agent => {
        agent.say({}).state.step = step;
      });
    }
    let finish = (): void => {};
    const using = agents.session(type, id).use(async agent => {
      await new Promise<void>(resolve => {
        finish = resolve;
      });
      agent.state.step = 99;
    });
    const closing = agents.close();
    expect(await failureOf(agents.session(type, id).use(() => 'used'))).toBeInstanceOf(AgentStoreClosedError);
    finish();
    await Promise.all([using, closing]);
    const steps = await Promise.all(ids.map(async one => (await agents.thaw(Clerk, one))?.state.step));
    expect(steps).toEqual([99, 1, 2]);
    expect(timers.pending.size).toBe(0);
    await agents.close();
  });

  test('an idle time of a few milliseconds, with real timers', async () => {
    const real = new AgentStore({ journal: bench.journal, checkpoints: new CheckpointStore(bench.orm) });
    await real.session(type, id, { idleMs: 3 }).use(agent => {
      agent.state.step = 4;
    });
    await until(async () => (await stored()) === 4);
    await real.close();
  });
});
