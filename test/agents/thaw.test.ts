import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Agent,
  AgentStore,
  type AgentType,
  appendToThread,
  CheckpointCallbackError,
  CheckpointStore,
  InvalidArgumentError,
  InvalidCheckpointError,
  MissingThreadError,
  type NewEntry,
  newThread,
  type Thread,
  ThreadJournal,
  ThreadMismatchError,
  ThreadRevRegressionError,
} from '../../src/index.ts';
import { MemoryJournal } from '../../src/testing/index.ts';
import { eachBackend } from '../support/each-backend.ts';
import { proves } from '../support/proves.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { Clerk, failureOf, Listener, type Stores, storesOn, Translator } from './agents.ts';

const policies = ['latest', 'exact', 'strict'] as const;
const conversation = [
  { kind: 'message', payload: { role: 'user', text: 'book it' } },
  { kind: 'tool_call', payload: { name: 'book', args: { seats: [1, 2] } } },
  { kind: 'tool_result', payload: { ok: true } },
  { kind: 'message', payload: { role: 'assistant', text: 'done' } },
];

eachBackend(bench => {
  let stores: Stores;
  beforeAll(() => {
    stores = storesOn(bench.orm);
  });
  const thaw = (id: string): Promise<Clerk | undefined> => stores.agents.thaw(Clerk, id);
  /** A clerk that sleeps, with these entries. */
  async function sleeping(...entries: readonly NewEntry[]): Promise<Clerk> {
    const agent = new Clerk(bench.id());
    if (entries.length > 0) agent.say(...entries);
    await stores.agents.hibernate(agent);
    return agent;
  }
  const threadIdOf = (agent: Clerk): string => agent.thread?.id ?? '';

  describe('thaw gives back', () => {
    proves('P10 H14', 'undefined for an agent that does not sleep', async () => {
      expect(await thaw('nobody')).toBeUndefined();
    });

    proves('P11 P20 P21 H1 H2 H3 H19', 'an agent without a thread as it was, of its own class', async () => {
      const agent = await sleeping();
      const thawed = await thaw(agent.id);
      expect(thawed).toBeInstanceOf(Clerk);
      expect(thawed).not.toBe(agent);
      expect(thawed).toStrictEqual(agent);
      expect(thawed?.state).not.toHaveProperty('__thread__');
    });

    proves('H8 H9 H10 H11', 'every field of the state as it was left', async () => {
      const agent = new Clerk(bench.id());
      agent.state = { step: 42, status: 'working', data: { list: [1, { x: null }], none: undefined, no: false } };
      await stores.agents.hibernate(agent);
      expect((await thaw(agent.id))?.state).toStrictEqual(agent.state);
    });

    proves('P12 P22 XP1 H4 H5 H6 H7 H20', 'its thread, with every entry as it was', async () => {
      const agent = await sleeping(...conversation);
      const thread = (await thaw(agent.id))?.thread as Thread;
      expect(thread).toMatchObject({
        id: threadIdOf(agent),
        rev: 4,
        hash: agent.thread?.hash,
        stats: { entryCount: 4 },
      });
      expect(thread.entries).toEqual(agent.thread?.entries);
      expect(thread.entries.map(({ kind, seq }) => `${seq} ${kind}`)).toEqual([
        '0 message',
        '1 tool_call',
        '2 tool_result',
        '3 message',
      ]);
      expect((await thaw(agent.id))?.state).not.toHaveProperty('__thread__');
    });

    proves('P13', 'what the agent’s own restore() makes of the checkpoint', async () => {
      const agent = new Translator(bench.id());
      agent.state = { words: new Map([['non', 'no']]) };
      await stores.agents.hibernate(agent);
      const thawed = await stores.agents.thaw(Translator, agent.id);
      expect(thawed?.state).toEqual({ words: new Map([['non', 'no']]) });
      expect(thawed?.restored).toMatchObject({ version: 1, id: agent.id, marker: 'custom' });
    });

    test('an agent whose restore() is async, once it is done', async () => {
      const type: AgentType = {
        type: 'slow',
        create: id => ({
          id,
          type: 'slow',
          state: {},
          async restore({ state }) {
            await new Promise(resolve => setImmediate(resolve));
            this.state = { restored: state };
          },
        }),
      };
      const agent = type.create(bench.id());
      agent.state = { n: 1 };
      await stores.agents.hibernate(agent);
      expect((await stores.agents.thaw(type, agent.id))?.state).toEqual({ restored: { n: 1 } });
    });

    proves(
      'P16 P17',
      'what a custom checkpoint holds beside the state: falsey values, nested ones, dates',
      async () => {
        const extras = {
          manifest: { off: false, zero: 0, none: null, empty: '', nested: { at: new Date(0), set: new Set([false]) } },
        };
        const agent = new Translator(bench.id());
        await stores.agents.hibernate(
          Object.assign(agent, { checkpoint: () => ({ state: { words: {} }, ...extras }) }),
        );
        expect((await stores.agents.thaw(Translator, agent.id))?.restored).toMatchObject(extras);
      },
    );

    proves('P23 H16', 'the last of many sleeps, and what is changed after a thaw is kept by the next', async () => {
      const agent = await sleeping({ payload: { n: 0 } });
      for (let cycle = 1; cycle <= 4; cycle += 1) {
        const thawed = (await thaw(agent.id)) as Clerk;
        expect([thawed.state.step, thawed.thread?.rev]).toEqual([cycle - 1, cycle]);
        thawed.state.step = cycle;
        thawed.say({ payload: { n: cycle } });
        expect(await stores.agents.hibernate(thawed)).toEqual({ version: cycle + 1, appended: 1 });
      }
      expect((await thaw(agent.id))?.thread?.entries.map(({ payload }) => payload['n'])).toEqual([0, 1, 2, 3, 4]);
    });

    proves('H12 H13', 'each of many agents its own state and thread', async () => {
      const agents = await Promise.all(
        [0, 1, 2, 3].map(n => sleeping(...Array.from({ length: n }, () => ({ payload: { n } })))),
      );
      const thawed = await Promise.all(agents.map(({ id }) => thaw(id)));
      expect(thawed.map(agent => agent?.thread?.rev)).toEqual([undefined, 1, 2, 3]);
      expect(thawed.map(agent => agent?.id)).toEqual(agents.map(({ id }) => id));
    });

    test('the same agent again and again: thawing changes nothing', async () => {
      const agent = await sleeping({});
      const [one, two] = [await thaw(agent.id), await thaw(agent.id)];
      expect(one).toStrictEqual(two);
      expect(one).not.toBe(two);
    });

    proves('P29', 'an agent with an empty thread, which may then be filled', async () => {
      const agent = new Clerk(bench.id()).say();
      await stores.agents.hibernate(agent);
      for (const policy of policies) {
        const thawed = await stores.agents.thaw(Clerk, agent.id, { policy });
        expect(thawed?.thread).toMatchObject({ id: threadIdOf(agent), rev: 0, entries: [], hash: agent.thread?.hash });
      }
      const thawed = (await thaw(agent.id)) as Clerk;
      expect(await stores.agents.hibernate(thawed.say({}))).toEqual({ version: 2, appended: 1 });
    });

    test('no thread to an agent that slept without one, though its class begins with one', async () => {
      class Beginner extends Clerk {
        static override create(id: string): Beginner {
          return new Beginner(id).say({});
        }
      }
      const agent = await sleeping();
      expect((await stores.agents.thaw(Beginner, agent.id))?.thread).toBeUndefined();
    });

    proves('P25 P26', 'the same, through stores on an ORM or on an EntityManager of it', async () => {
      const agent = await sleeping({});
      const em = bench.orm.em.fork();
      const journal = new ThreadJournal(em);
      const agents = new AgentStore({ journal, checkpoints: new CheckpointStore(em) });
      expect(await agents.thaw(Clerk, agent.id)).toStrictEqual(await thaw(agent.id));
    });
  });

  describe('entries that were appended while it slept', () => {
    test('latest: are in its thread, its state is as it was, and evolve() is given each of them', async () => {
      const agent = await sleeping({ payload: { n: 0 } });
      await stores.journal.append(threadIdOf(agent), [{ payload: { n: 1 } }, { payload: { n: 2 } }]);
      const thawed = (await thaw(agent.id)) as Clerk;
      expect([thawed.thread?.rev, thawed.state.step]).toEqual([3, 0]);
      const listener = (await stores.agents.thaw(Listener, agent.id)) as Listener;
      expect([listener.thread?.rev, listener.state]).toEqual([3, { step: 2, status: 'idle', data: { 1: 1, 2: 2 } }]);
      // It may go on: what it missed is behind it.
      expect(await stores.agents.hibernate(listener.say({ payload: { n: 3 } }))).toMatchObject({
        version: 2,
        appended: 1,
      });
      expect((await stores.agents.thaw(Listener, agent.id))?.state.step).toBe(2);
    });

    test('latest: also when the thread was empty, also with snapshots', async () => {
      const empty = new Clerk(bench.id()).say();
      await stores.agents.hibernate(empty);
      await stores.journal.append(threadIdOf(empty), [{ payload: { n: 7 } }]);
      expect((await stores.agents.thaw(Listener, empty.id))?.state.data).toEqual({ 0: 7 });
      const long = await sleeping(...Array.from({ length: 300 }, (_, n) => ({ payload: { n } })));
      await stores.journal.append(threadIdOf(long), [{ payload: { n: 300 } }]);
      for await (const _ of stores.journal.rebuildSnapshots({ threadIds: [threadIdOf(long)] })) {
        // to its end
      }
      expect((await stores.agents.thaw(Listener, long.id))?.state.data).toEqual({ 300: 300 });
    });

    test('exact: are not there, and it cannot be hibernated', async () => {
      const agent = await sleeping({ payload: { n: 0 } });
      const before = await stores.agents.thaw(Clerk, agent.id, { policy: 'exact' });
      expect(await stores.agents.hibernate(before as Clerk)).toMatchObject({ version: 1 });
      await stores.journal.append(threadIdOf(agent), [{ payload: { n: 1 } }]);
      const thawed = (await stores.agents.thaw(Listener, agent.id, { policy: 'exact' })) as Clerk;
      expect([thawed.thread?.rev, thawed.thread?.hash, thawed.state.step]).toEqual([1, agent.thread?.hash, 0]);
      expect(await failureOf(stores.agents.hibernate(thawed))).toBeInstanceOf(ThreadRevRegressionError);
    });

    proves('P19', 'strict: are refused', async () => {
      const agent = await sleeping({});
      expect(await stores.agents.thaw(Clerk, agent.id, { policy: 'strict' })).toBeInstanceOf(Clerk);
      await stores.journal.append(threadIdOf(agent), [{}]);
      const failure = await failureOf(stores.agents.thaw(Clerk, agent.id, { policy: 'strict' }));
      expect(failure).toBeInstanceOf(ThreadMismatchError);
      expect(failure).toMatchObject({ reason: 'moved-on', expectedRev: 1, actualRev: 2 });
    });
  });

  describe('under every policy', () => {
    const everyPolicy = async (id: string, expected: object): Promise<void> => {
      for (const policy of policies) {
        expect(await failureOf(stores.agents.thaw(Clerk, id, { policy }))).toMatchObject(expected);
      }
    };

    proves('P18', 'a thread that was deleted is missed', async () => {
      const agent = await sleeping({}, {});
      await stores.journal.delete(threadIdOf(agent));
      await everyPolicy(agent.id, { code: 'missing_thread', threadId: threadIdOf(agent), rev: 2 });
      expect(await failureOf(thaw(agent.id))).toBeInstanceOf(MissingThreadError);
    });

    test('a thread that was deleted and made again is another one, even with the same entries', async () => {
      const agent = await sleeping({}, {});
      const entries = agent.thread?.entries ?? [];
      await stores.journal.delete(threadIdOf(agent));
      await stores.journal.append(threadIdOf(agent), [...entries, {}]);
      await everyPolicy(agent.id, { code: 'thread_mismatch', reason: 'generation' });
    });

    test('a thread that is shorter than it was is no thread to wake with', async () => {
      const agent = await sleeping({}, {}, {});
      const pointer = (await stores.checkpoints.get(['clerk', agent.id])) as { thread: { rev: number } };
      pointer.thread.rev = 10;
      await stores.checkpoints.put(['clerk', agent.id], pointer);
      await everyPolicy(agent.id, { code: 'thread_mismatch', reason: 'rev', expectedRev: 10, actualRev: 3 });
    });

    test('a thread whose history is not what it was', async () => {
      const agent = await sleeping({ payload: { n: 1 } }, { payload: { n: 2 } });
      await withoutGuards(bench.orm, () =>
        sql(
          bench.orm,
          `update journal_threads set head_hash = '${'0'.repeat(64)}' where thread_id = '${threadIdOf(agent)}'`,
        ),
      );
      for (const policy of ['latest', 'strict'] as const) {
        expect(await failureOf(stores.agents.thaw(Clerk, agent.id, { policy }))).toMatchObject({ reason: 'hash' });
      }
      // Up to the pointer its entries are what they were; only the head lies.
      const other = await sleeping({ payload: { n: 1 } });
      await stores.journal.append(threadIdOf(other), [{ payload: { n: 2 } }]);
      const checkpoint = (await stores.checkpoints.get(['clerk', other.id])) as { thread: { hash: string } };
      checkpoint.thread.hash = 'f'.repeat(64);
      await stores.checkpoints.put(['clerk', other.id], checkpoint);
      await everyPolicy(other.id, { code: 'thread_mismatch', reason: 'hash' });
    });
  });

  describe('thaw refuses', () => {
    proves('P15', 'what is stored and is no checkpoint of this type, before any code of the agent runs', async () => {
      const id = bench.id();
      const good = { version: 1, type: 'watched', id, state: {} };
      const pointer = { id: 't', rev: 1, generation: 'g', hash: 'h' };
      const wrong: readonly unknown[] = [
        'x',
        null,
        [],
        {},
        { ...good, version: 2 },
        { ...good, type: 'other' },
        { ...good, id: 7 },
        { ...good, state: [] },
        { ...good, state: undefined },
        { ...good, thread: 't' },
        { ...good, thread: null },
        { ...good, thread: { ...pointer, rev: -1 } },
        { ...good, thread: { ...pointer, rev: '1' } },
        { ...good, thread: { ...pointer, generation: undefined } },
        { ...good, thread: { ...pointer, hash: 7 } },
      ]; // prettier-ignore
      let ran = 0;
      const type: AgentType = {
        type: 'watched',
        create: made => {
          ran += 1;
          return { id: made, type: 'watched', state: {} };
        },
      };
      for (const value of wrong) {
        await stores.checkpoints.put(['watched', id], value);
        const failure = await failureOf(stores.agents.thaw(type, id));
        expect(failure).toBeInstanceOf(InvalidCheckpointError);
        expect(failure).toMatchObject({ agentType: 'watched', path: expect.stringMatching(/^stored checkpoint/) });
      }
      expect(ran).toBe(0);
      await stores.checkpoints.put(['watched', id], good);
      expect(await stores.agents.thaw(type, id)).toMatchObject({ id });
      expect(ran).toBe(1);
    });

    proves('P14', 'a create(), restore() or evolve() that throws or gives what it must not', async () => {
      const agent = await sleeping({});
      await stores.journal.append(threadIdOf(agent), [{}]);
      const boom = (): never => {
        throw new Error('boom');
      };
      const broken: readonly [
        string,
        Partial<Record<'create' | 'restore' | 'evolve', (...given: never[]) => unknown>>,
      ][] = [
        ['create', { create: boom }],
        ['restore', { restore: boom }],
        ['restore', { restore: () => Promise.reject(new Error('boom')) }],
        ['restore', { restore: () => new Clerk('x') }],
        ['evolve', { evolve: boom }],
        ['evolve', { evolve: () => undefined }],
        ['evolve', { evolve: () => 'state' }],
        ['evolve', { evolve: () => Promise.resolve({}) }],
        ['evolve', { evolve: () => Promise.reject(new Error('late')) }],
      ];
      for (const [callback, { create, ...members }] of broken) {
        const make = (id: string): Agent => Object.assign(new Clerk(id), members) as never;
        const type = { type: 'clerk', create: (create ?? make) as (id: string) => Agent };
        const failure = await failureOf(stores.agents.thaw(type, agent.id));
        expect(failure).toBeInstanceOf(CheckpointCallbackError);
        expect(failure).toMatchObject({ callback, agentType: 'clerk', agentId: agent.id });
        expect(String(failure)).not.toContain('boom');
      }
      expect(await thaw(agent.id)).toBeInstanceOf(Clerk);
    });

    test('a create() that makes another agent than it was asked for', async () => {
      const agent = await sleeping();
      for (const made of [null, 'x', new Clerk('other'), Object.assign(new Translator(agent.id))]) {
        const failure = await failureOf(stores.agents.thaw({ type: 'clerk', create: () => made as Agent }, agent.id));
        expect(failure).toMatchObject({ code: 'invalid_argument', argument: 'AgentType.create' });
      }
    });

    test('arguments of the wrong kind', async () => {
      const { agents } = stores;
      for (const call of [
        () => agents.thaw(null as never, 'x'),
        () => agents.thaw({} as never, 'x'),
        () => agents.thaw({ type: ['clerk'], create: Clerk.create } as never, 'x'),
        () => agents.thaw(Clerk, null as never),
        () => agents.thaw(Clerk, 'x', { policy: 'newest' as never }),
        () => agents.thaw(Clerk, 'x', { partition: 7 as never }),
        () => agents.thaw(Clerk, 'x', { partition: '' }),
        () => agents.thaw(Clerk, 'x', 'exact' as never),
      ]) {
        expect(await failureOf(call())).toMatchObject({ code: expect.stringMatching(/^invalid_(argument|value|id)$/) });
      }
    });

    test('an agent store on a journal without a database, or on two databases', async () => {
      const checkpoints = new CheckpointStore(bench.orm);
      expect(() => new AgentStore({ journal: new MemoryJournal(), checkpoints })).toThrow(InvalidArgumentError);
      expect(() => new AgentStore({ journal: stores.journal, checkpoints: {} as never })).toThrow(InvalidArgumentError);
      const other = await bench.database.openOrm().catch(() => undefined);
      if (other === undefined || bench.backend === 'sqlite-memory') return;
      expect(() => new AgentStore({ journal: new ThreadJournal(other), checkpoints })).toThrow(InvalidArgumentError);
    });
  });

  test('an abort ends hibernate and thaw with its reason, and nothing is written', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    const agent = new Clerk(bench.id()).say({});
    expect(await failureOf(stores.agents.hibernate(agent, { signal }))).toBe(reason);
    expect(await failureOf(stores.agents.thaw(Clerk, agent.id, { signal }))).toBe(reason);
    expect(await stores.journal.head(threadIdOf(agent))).toBeUndefined();
  });

  test('a thread made in memory and one that was loaded have the same hash, however they grew', async () => {
    const agent = await sleeping(...conversation);
    const thawed = (await thaw(agent.id)) as Clerk;
    const both = [agent.thread as Thread, thawed.thread as Thread].map(thread =>
      appendToThread(thread, { id: 'last', at: 1 }),
    );
    expect(both[0]?.hash).toBe(both[1]?.hash);
    expect(newThread(threadIdOf(agent)).hash).not.toBe(newThread('other').hash);
  });
});
