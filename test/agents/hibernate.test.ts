import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Agent,
  appendToThread,
  CheckpointCallbackError,
  CheckpointConflictError,
  DuplicateEntryError,
  InvalidCheckpointError,
  InvalidRevError,
  InvalidValueError,
  JournalError,
  newThread,
  type Thread,
  ThreadForkError,
  ThreadRevRegressionError,
} from '../../src/index.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { proves } from '../support/proves.ts';
import { sql } from '../support/sql.ts';
import { Clerk, failureOf, type Stores, storesOn, Translator } from './agents.ts';

/** A clerk whose `checkpoint()` is this. */
function clerkWith(id: string, checkpoint: () => unknown): Clerk {
  return Object.assign(new Clerk(id), { checkpoint: checkpoint as () => { state: object } });
}

eachBackend(bench => {
  let stores: Stores;
  beforeAll(() => {
    stores = storesOn(bench.orm);
  });
  // A notification that is on its way would hold a connection.
  afterAll(() => Promise.all([stores.journal.close(), bench.journal.close()]));
  const storedOf = (agent: Agent): Promise<unknown> => stores.checkpoints.get([agent.type, agent.id]);
  /** All that is in the tables, to see that a refused hibernate changed nothing. */
  const everything = async (): Promise<unknown> => [
    await sql(bench.orm, 'select * from journal_entries order by position'),
    await sql(bench.orm, 'select * from journal_threads order by thread_id'),
    await sql(bench.orm, 'select * from journal_checkpoints order by key_hash'),
  ];
  async function refused(agent: Agent): Promise<unknown> {
    const before = await everything();
    const failure = await failureOf(stores.agents.hibernate(agent));
    expect(failure).toBeInstanceOf(JournalError);
    expect(await everything()).toEqual(before);
    return failure;
  }

  describe('hibernate keeps', () => {
    proves('P1', 'an agent without a thread, under its type and id', async () => {
      const agent = new Clerk(bench.id());
      agent.state.step = 3;
      expect(await stores.agents.hibernate(agent)).toEqual({ version: 1, appended: 0 });
      expect(await storedOf(agent)).toEqual({ version: 1, type: 'clerk', id: agent.id, state: agent.state });
    });

    proves('P2 P7 P8 H18', 'the thread in the journal, and in the checkpoint only where it was', async () => {
      const agent = new Clerk(bench.id()).say({ kind: 'message', payload: { n: 1 } }, { payload: { n: 2 } });
      expect(await stores.agents.hibernate(agent)).toEqual({ version: 1, appended: 2 });
      const thread = await stores.journal.load(agent.thread?.id ?? '');
      expect(thread?.entries).toEqual(agent.thread?.entries);
      expect(thread?.hash).toBe(agent.thread?.hash);
      const { id, generation, hash } = thread as Thread;
      expect(await storedOf(agent)).toEqual({
        version: 1,
        type: 'clerk',
        id: agent.id,
        state: agent.state,
        thread: { id, rev: 2, generation, hash },
      });
    });

    proves('P3 P4', 'what the agent’s own checkpoint() gives, with all it adds', async () => {
      const agent = new Translator(bench.id());
      agent.state = { words: new Map([['oui', 'yes']]) };
      await stores.agents.hibernate(agent);
      expect(await storedOf(agent)).toEqual({
        version: 1,
        type: 'translator',
        id: agent.id,
        state: { words: { oui: 'yes' } },
        marker: 'custom',
      });
    });

    proves('P31 P32', 'no thread in the state, and no pointer but ours, whatever checkpoint() gives', async () => {
      const agent = new Clerk(bench.id()).say({});
      const { thread } = agent;
      const given = {
        version: 7,
        type: 'other',
        id: 'other',
        thread: { id: 'other', rev: 99 },
        manifest: { on: false },
        state: { kept: 1, __thread__: thread, thread, copy: { ...thread, rev: 5 }, list: [1] },
      };
      await stores.agents.hibernate(Object.assign(agent, { checkpoint: () => given }));
      expect(await storedOf(agent)).toMatchObject({
        version: 1,
        type: 'clerk',
        id: agent.id,
        manifest: { on: false },
        thread: { id: thread?.id, rev: 1, hash: thread?.hash },
      });
      expect(((await storedOf(agent)) as { state: unknown }).state).toEqual({ kept: 1, list: [1] });
      expect(given.state).toHaveProperty('__thread__');
    });

    proves('P9', 'it under another key when one is given, and its id as it is', async () => {
      const agent = new Clerk(bench.id());
      const key = { pool: ['user', 123] };
      await stores.agents.hibernate(agent, { key });
      expect(await storedOf(agent)).toBeUndefined();
      expect((await stores.agents.thaw(Clerk, key))?.id).toBe(agent.id);
    });

    proves('P24', 'agents of one id in several partitions apart', async () => {
      const id = bench.id();
      for (const [step, partition] of [undefined, 'a', 'b'].entries()) {
        const agent = new Clerk(id);
        agent.state.step = step;
        await stores.agents.hibernate(agent, { partition });
      }
      for (const [step, partition] of [undefined, 'a', 'b'].entries()) {
        expect((await stores.agents.thaw(Clerk, id, { partition }))?.state.step).toBe(step);
      }
      expect(await stores.agents.thaw(Clerk, id, { partition: 'c' })).toBeUndefined();
      const keys = (await collect(stores.checkpoints.list({ prefix: ['clerk', 'partition', 'a'] }))).map(
        ({ key }) => key,
      );
      expect(keys).toEqual([['clerk', 'partition', 'a', id]]);
    });

    test('no thread for one without entries', async () => {
      const agent = new Clerk(bench.id()).say();
      await stores.agents.hibernate(agent);
      expect(await stores.journal.head(agent.thread?.id ?? '')).toBeUndefined();
      expect(await storedOf(agent)).toMatchObject({ thread: { id: agent.thread?.id, rev: 0 } });
    });

    test('the state and thread of the moment of the call, whatever the agent does meanwhile', async () => {
      const agent = new Clerk(bench.id()).say({ payload: { n: 1 } });
      agent.state.data = { n: 1 };
      const hibernating = stores.agents.hibernate(agent);
      agent.state.data['n'] = 2;
      agent.say({ payload: { n: 2 } });
      await hibernating;
      const thawed = await stores.agents.thaw(Clerk, agent.id);
      expect([thawed?.state.data, thawed?.thread?.rev]).toEqual([{ n: 1 }, 1]);
    });

    test('all values of the closed set in the state', async () => {
      const agent = new Clerk(bench.id());
      agent.state.data = { when: new Date(0), set: new Set([1n]), bytes: new Uint8Array([7]), odd: [-0, undefined] };
      await stores.agents.hibernate(agent);
      expect((await stores.agents.thaw(Clerk, agent.id))?.state).toStrictEqual(agent.state);
    });

    test('the metadata of a new thread, also of an empty one', async () => {
      for (const entries of [[], [{}]]) {
        const agent = new Clerk(bench.id());
        agent.thread = appendToThread(newThread(`t-${agent.id}`, { metadata: { customer: 7 } }), entries);
        await stores.agents.hibernate(agent);
        expect((await stores.agents.thaw(Clerk, agent.id))?.thread).toMatchObject({
          rev: entries.length,
          metadata: { customer: 7 },
        });
      }
    });
  });

  describe('hibernated again', () => {
    proves('P30', 'an agent that has not changed changes nothing', async () => {
      const agent = new Clerk(bench.id()).say({});
      await stores.agents.hibernate(agent);
      const before = await everything();
      expect(await stores.agents.hibernate(agent)).toEqual({ version: 1, appended: 0 });
      expect(await everything()).toEqual(before);
    });

    proves('XP2 H17', 'only the entries that are missing are appended', async () => {
      const agent = new Clerk(bench.id()).say({ payload: { n: 1 } }, { payload: { n: 2 } });
      await stores.agents.hibernate(agent);
      const rows = () => sql(bench.orm, `select position from journal_entries where thread_id = '${agent.thread?.id}'`);
      const first = await rows();
      agent.say({ payload: { n: 3 } });
      agent.state.step = 9;
      expect(await stores.agents.hibernate(agent)).toEqual({ version: 2, appended: 1 });
      expect((await rows()).slice(0, 2)).toEqual(first);
      const thawed = await stores.agents.thaw(Clerk, agent.id);
      expect(thawed?.thread?.entries.map(({ payload }) => payload['n'])).toEqual([1, 2, 3]);
      expect(thawed?.state.step).toBe(9);
    });

    proves('H15', 'another agent of the same id that is not known here overwrites the first', async () => {
      const id = bench.id();
      await stores.agents.hibernate(new Clerk(id));
      const other = new Clerk(id);
      other.state.status = 'second';
      expect(await stores.agents.hibernate(other)).toMatchObject({ version: 2 });
      expect((await stores.agents.thaw(Clerk, id))?.state.status).toBe('second');
    });

    test('entries that another put there meanwhile, the same ones, are recognised', async () => {
      const agent = new Clerk(bench.id()).say({}, {});
      await stores.journal.append(agent.thread?.id ?? '', agent.thread?.entries ?? []);
      expect(await stores.agents.hibernate(agent)).toEqual({ version: 1, appended: 0 });
    });

    test('a thread longer than an append may be is appended in several, all of them or none', async () => {
      const small = storesOn(bench.orm, { limits: { maxEntries: 10, maxAppendBytes: 400 } });
      const agent = new Clerk(bench.id()).say(
        ...Array.from({ length: 95 }, (_, n) => ({ payload: { n, text: 'x'.repeat(40) } })),
      );
      expect(await small.agents.hibernate(agent)).toEqual({ version: 1, appended: 95 });
      const thread = await stores.journal.load(agent.thread?.id ?? '');
      expect([thread?.rev, thread?.hash]).toEqual([95, agent.thread?.hash]);
      const odd = new Clerk(bench.id()).say(...Array.from({ length: 30 }, () => ({})));
      await stores.agents.hibernate(odd);
      odd.say(...Array.from({ length: 30 }, () => ({})));
      await stores.journal.append(odd.thread?.id ?? '', [{}]);
      expect(await failureOf(small.agents.hibernate(odd))).toBeInstanceOf(ThreadForkError);
      expect((await stores.journal.head(odd.thread?.id ?? ''))?.rev).toBe(31);
    });
  });

  describe('hibernate refuses, and writes nothing:', () => {
    proves('P5', 'a checkpoint() that throws', async () => {
      const failure = await refused(
        clerkWith(bench.id(), () => {
          throw new Error('no state today');
        }).say({}),
      );
      expect(failure).toBeInstanceOf(CheckpointCallbackError);
      expect(failure).toMatchObject({
        callback: 'checkpoint',
        agentType: 'clerk',
        cause: { message: 'no state today' },
      });
      expect(String(failure)).not.toContain('no state today');
    });

    proves('P6', 'a checkpoint() that gives anything but a plain object with a state that is one', async () => {
      const wrong: readonly unknown[] = [
        undefined,
        null,
        7,
        'x',
        [],
        new Map(),
        {},
        { state: [] },
        { state: null },
        { state: 'x' },
        { state: new Map() },
        { state: new (class State {})() },
        { state: new Proxy({}, {}) },
      ]; // prettier-ignore
      for (const given of wrong) {
        const failure = await refused(clerkWith(bench.id(), () => given).say({}));
        expect(failure).toBeInstanceOf(InvalidCheckpointError);
        expect(failure).toMatchObject({ path: expect.stringMatching(/^checkpoint(\.state)?$/) });
      }
    });

    test('a checkpoint() that is async, also one that rejects', async () => {
      for (const given of [() => Promise.resolve({ state: {} }), () => Promise.reject(new Error('late'))]) {
        expect(await refused(clerkWith(bench.id(), given))).toBeInstanceOf(CheckpointCallbackError);
      }
    });

    test('a state that cannot be kept, and says where', async () => {
      const agent = new Clerk(bench.id()).say({});
      agent.state.data = { fn: () => 1 };
      const failure = await refused(agent);
      expect(failure).toBeInstanceOf(InvalidValueError);
      expect(failure).toMatchObject({ path: 'checkpoint.state.data.fn' });
    });

    test('a thread whose rev is not the number of its entries', async () => {
      const agent = new Clerk(bench.id()).say({});
      agent.thread = { ...(agent.thread as Thread), rev: 2 };
      expect(await refused(agent)).toBeInstanceOf(InvalidRevError);
    });

    test('an agent, an id or a type of the wrong kind', async () => {
      for (const agent of [
        null,
        undefined,
        'x',
        {},
        { id: 7, type: 'x' },
        { id: 'x', type: { $ne: '' } },
        { id: '', type: 'x' },
      ]) {
        expect(await refused(agent as never)).toMatchObject({ code: expect.stringMatching(/^invalid_(argument|id)$/) });
      }
      const thread = { id: 'x' } as never;
      expect(await refused(Object.assign(new Clerk(bench.id()), { thread }))).toMatchObject({ argument: 'thread' });
    });

    test('a thread behind the stored one', async () => {
      const agent = new Clerk(bench.id()).say({}, {});
      await stores.agents.hibernate(agent);
      await stores.journal.append(agent.thread?.id ?? '', [{ kind: 'signal_in' }]);
      const failure = await refused(agent);
      expect(failure).toBeInstanceOf(ThreadRevRegressionError);
      expect(failure).toMatchObject({ threadId: agent.thread?.id, localRev: 2, storedRev: 3 });
      // The way out, when the agent has nothing of its own to append.
      agent.thread = await stores.journal.refresh(agent.thread as Thread);
      expect(await stores.agents.hibernate(agent)).toMatchObject({ version: 2, appended: 0 });
    });

    test('a thread that went another way than the stored one, and says from where', async () => {
      for (const [ours, theirs] of [
        [1, 1],
        [1, 3],
        [3, 1],
        [300, 2],
        [2, 300],
      ] as const) {
        // prettier-ignore
        const agent = new Clerk(bench.id()).say(...Array.from({ length: 290 }, (_, n) => ({ payload: { n } })));
        await stores.agents.hibernate(agent);
        await stores.journal.append(
          agent.thread?.id ?? '',
          Array.from({ length: theirs }, () => ({ payload: { by: 'them' } })),
        );
        agent.say(...Array.from({ length: ours }, () => ({ payload: { by: 'us' } })));
        const failure = await refused(agent);
        expect(failure).toBeInstanceOf(ThreadForkError);
        expect(failure).toMatchObject({ threadId: agent.thread?.id, divergesAtSeq: 290 });
      }
    });

    test('a thread that is as long as the stored one and not the same, down to the time of one entry', async () => {
      const agent = new Clerk(bench.id());
      const threadId = `t-${agent.id}`;
      const entries = [0, 1, 2].map(n => ({ id: `e${n}`, at: n, payload: { n } }));
      await stores.journal.append(threadId, entries);
      for (const changed of [{ id: 'x' }, { at: 5 }, { kind: 'x' }, { payload: {} }, { refs: { to: 'x' } }]) {
        const other = entries.map((entry, n) => (n === 1 ? { ...entry, ...changed } : entry));
        agent.thread = appendToThread(newThread(threadId), other);
        expect(await refused(agent)).toMatchObject({ code: 'thread_fork', divergesAtSeq: 1 });
      }
      agent.thread = appendToThread(newThread(threadId), entries);
      expect(await stores.agents.hibernate(agent)).toMatchObject({ appended: 0 });
    });

    test('a thread of which an entry was changed in memory, stored already or not', async () => {
      const agent = new Clerk(bench.id()).say({ payload: { n: 1 } }, { payload: { n: 2 } });
      await stores.agents.hibernate(agent);
      agent.say({ payload: { n: 3 } });
      const thread = agent.thread as Thread;
      (thread.entries[2]?.payload as { n: number }).n = 4;
      expect(await refused(agent)).toMatchObject({ code: 'invalid_argument', argument: 'agent.thread' });
    });

    test('a thread that holds an id twice', async () => {
      const agent = new Clerk(bench.id()).say({ id: 'twice' });
      await stores.agents.hibernate(agent);
      const more = appendToThread({ ...(agent.thread as Thread), entries: [{ id: 'x' } as never] }, { id: 'twice' });
      agent.thread = { ...more, entries: [...(agent.thread as Thread).entries, ...more.entries.slice(1)] };
      expect(await refused(agent)).toBeInstanceOf(DuplicateEntryError);
    });

    test('a thread that was deleted since, or deleted and made again, and never makes it again', async () => {
      for (const again of [false, true]) {
        for (const known of ['thawed', 'hibernated', 'a new one of the same id'] as const) {
          const first = new Clerk(bench.id()).say({ payload: { secret: 1 } });
          await stores.agents.hibernate(first);
          const threadId = first.thread?.id ?? '';
          const thawed = (await stores.agents.thaw(Clerk, first.id)) as Clerk;
          const fresh = Object.assign(new Clerk(first.id), { thread: first.thread });
          const agent = { thawed, hibernated: first, 'a new one of the same id': fresh }[known];
          await stores.journal.delete(threadId);
          if (again) await stores.journal.append(threadId, first.thread?.entries ?? []);
          agent.say({ payload: { n: 2 } });
          const failure = await refused(agent);
          expect(failure).toMatchObject(
            again ? { code: 'thread_mismatch', reason: 'generation' } : { code: 'missing_thread', rev: 2 },
          );
          // To start anew is to delete the checkpoint, too.
          if (again) continue;
          await stores.checkpoints.delete(['clerk', first.id]);
          expect(await stores.agents.hibernate(new Clerk(first.id).say({}))).toEqual({ version: 1, appended: 1 });
        }
      }
    });
  });

  describe('a checkpoint that another has put since', () => {
    test('is not overwritten by an agent that was thawed before', async () => {
      const agent = new Clerk(bench.id());
      await stores.agents.hibernate(agent);
      const other = storesOn(bench.orm);
      const [mine, theirs] = [await stores.agents.thaw(Clerk, agent.id), await other.agents.thaw(Clerk, agent.id)];
      if (mine === undefined || theirs === undefined) throw new Error('not thawed');
      theirs.state.status = 'theirs';
      await other.agents.hibernate(theirs);
      mine.state.status = 'mine';
      const failure = await refused(mine);
      expect(failure).toBeInstanceOf(CheckpointConflictError);
      expect(failure).toMatchObject({ expectedVersion: 1, actualVersion: 2 });
      // Nor by the one it was before.
      expect(await refused(Object.assign(agent, { state: { ...agent.state, step: 5 } }))).toMatchObject({
        actualVersion: 2,
      });
      expect((await stores.agents.thaw(Clerk, agent.id))?.state.status).toBe('theirs');
    });

    test('is recognised when it is the very same', async () => {
      const agent = new Clerk(bench.id());
      await stores.agents.hibernate(agent);
      const one = (await stores.agents.thaw(Clerk, agent.id)) as Clerk;
      const two = (await stores.agents.thaw(Clerk, agent.id)) as Clerk;
      for (const clerk of [one, two]) clerk.state.step = 4;
      expect(await stores.agents.hibernate(one)).toMatchObject({ version: 2 });
      expect(await stores.agents.hibernate(two)).toMatchObject({ version: 2 });
      one.state.step = 5;
      expect(await stores.agents.hibernate(one)).toMatchObject({ version: 3 });
    });

    test('or deleted, is not made again', async () => {
      const agent = new Clerk(bench.id());
      await stores.agents.hibernate(agent);
      await stores.checkpoints.delete(['clerk', agent.id]);
      agent.state.step = 1;
      expect(await refused(agent)).toMatchObject({ code: 'checkpoint_conflict', expectedVersion: 1, actualVersion: 0 });
    });
  });

  test('a fork is found where it is, though the entries of a thawed thread are lifted', async () => {
    const upcasters = { message: [({ text, ...rest }: Record<string, unknown>) => ({ ...rest, content: text })] };
    const { agents, journal } = storesOn(bench.orm, { upcasters });
    const old = { kind: 'message', payload: { text: 'hello' } };
    const agent = new Clerk(bench.id()).say(old, old, old);
    await agents.hibernate(agent);
    const [one, other] = [await agents.thaw(Clerk, agent.id), await agents.thaw(Clerk, agent.id)];
    expect(one?.thread?.entries[0]?.payload).toEqual({ content: 'hello' });
    await agents.hibernate(one?.say(old) as Clerk);
    expect(await failureOf(agents.hibernate(other?.say(old) as Clerk))).toMatchObject({
      code: 'thread_fork',
      divergesAtSeq: 3,
    });
    await journal.close();
  });
});
