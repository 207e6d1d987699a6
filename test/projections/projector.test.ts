import type { SqlEntityManager } from '@mikro-orm/sql';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Entry, type Handle, Projector, type ProjectorDefinition, ThreadJournal } from '../../src/index.ts';
import { type Orm, sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { projectionEvents } from './events.ts';
import {
  count,
  createTally,
  freshTallies,
  isUpToDate,
  naiveProjector,
  numbered,
  openHost,
  tallies,
  tally,
  until,
} from './tally.ts';

eachBackend(
  bench => {
    let orm: Orm;
    let journal: ThreadJournal;
    beforeAll(async () => {
      await createTally(bench.orm);
      ({ orm, journal } = await openHost(bench.database));
    });

    afterEach(async () => {
      for await (const { threadId } of journal.threads()) await journal.delete(threadId);
    });

    /** A projection that no other test has, on an empty read model. */
    async function projection(kinds?: readonly string[]) {
      await sql(orm, 'delete from tally');
      return { name: bench.id(), version: 1, kinds };
    }
    const projector = (
      definition: Pick<ProjectorDefinition, 'projection'> & Partial<ProjectorDefinition>,
      on: ThreadJournal = journal,
    ) => new Projector({ journal: on, handle: tally, ...definition });
    const buildsOf = async (name: string) => (await journal.projections()).filter(build => build.name === name);
    async function append(counts: Readonly<Record<string, number>>, kind?: string) {
      for (const [id, entries] of Object.entries(counts)) await journal.append(id, numbered(entries, kind));
    }

    test('what the handler writes is what a fresh fold makes, from the beginning and from where it was', async () => {
      const definition = { projection: await projection(), batch: 7 };
      for (const entries of [20, 1, 0, 33]) {
        await append({ a: entries, b: entries });
        await projector(definition).catchUp();
        expect(await tallies(orm)).toEqual(await freshTallies(journal));
      }
    });

    test('it runs on as entries come, ends its batch when it is told to, and gives the lease back', async () => {
      const definition = { projection: await projection() };
      const end = new AbortController();
      const run = projector(definition).run({ signal: end.signal });
      for (const round of [1, 2, 3]) {
        await append({ live: round });
        await until('the read model has it', () => isUpToDate(orm, journal));
      }
      const [ran] = await buildsOf(definition.projection.name);
      expect(ran).toMatchObject({ status: 'live', running: true });
      end.abort();
      await run;
      expect(await buildsOf(definition.projection.name)).toEqual([
        {
          name: definition.projection.name,
          version: 1,
          status: 'live',
          running: false,
          lag: { entries: 0 },
          parked: 0,
          parkedEntries: [],
          error: undefined,
        },
      ]);
    });
    test('closing the journal ends it, and waits for the batch under way', async () => {
      const definition = { projection: await projection() };
      await append({ closing: 20 });
      const own = new ThreadJournal(orm);
      const { promise: inHandler, resolve } = Promise.withResolvers<void>();
      const slow: Handle = async (entries, em, context) => {
        resolve();
        await new Promise(done => setTimeout(done, 50));
        await tally(entries, em, context);
      };
      const run = projector({ ...definition, handle: slow, batch: 10_000 }, own).run();
      await inHandler;
      await own.close();
      await run;
      expect(await tallies(orm)).toEqual(await freshTallies(journal));
    });

    test('only entries of the kinds it names are handled, and the cursor goes past the others', async () => {
      const definition = { projection: await projection(['wanted']) };
      await append({ kinds: 30 }, 'unwanted');
      await append({ kinds: 2 }, 'wanted');
      await projector(definition).catchUp();
      expect((await tallies(orm))['kinds']?.[0]).toBe(2);
      await append({ kinds: 30 }, 'unwanted');
      await projector(definition).catchUp();
      expect((await buildsOf(definition.projection.name))[0]?.lag).toEqual({ entries: 0 });
    });

    test('how far it is behind can be asked', async () => {
      const definition = { projection: await projection() };
      await projector(definition).catchUp();
      await journal.append('lag', [{ at: 1_234 }, { at: 99 }]);
      const lag = async () => (await buildsOf(definition.projection.name))[0]?.lag;
      expect(await lag()).toEqual({ entries: 2, since: 1_234 });
      await append({ lag: 1_000 });
      expect(await lag()).toEqual({ entries: 1_000, since: 1_234 });
    });

    test('a handler that fails leaves nothing, and is tried again until it succeeds', async () => {
      const definition = { projection: await projection() };
      const events = projectionEvents(definition.projection.name);
      await append({ flaky: 3 });
      let failures = 0;
      const flaky: Handle = async (entries, em, context) => {
        await tally(entries, em, context);
        await em.flush();
        if (entries.some(({ threadId }) => threadId === 'flaky') && failures++ < 3) throw new Error('not now');
      };
      await projector({ ...definition, handle: flaky }).catchUp();
      expect(await tallies(orm)).toEqual(await freshTallies(journal));
      expect(events.some(({ event }) => event === 'retry')).toBe(true);
      expect(events.some(({ event }) => event === 'parked')).toBe(false);
    });

    test('an entry that cannot be handled is parked with its error, and all others are handled', async () => {
      const definition = { projection: await projection(), attempts: 2 };
      await append({ good: 5 });
      await journal.append('bad', [{ id: 'e-0' }, { id: 'e-1', payload: { poison: true } }, { id: 'e-2' }]);
      await append({ good: 5 });
      let poisoned = true;
      const handle: Handle = async (entries, em, context) => {
        if (poisoned && entries.some(({ payload }) => payload['poison'] === true)) throw new TypeError('cannot');
        await tally(entries, em, context);
      };
      await projector({ ...definition, handle }).catchUp();
      const { bad, ...others } = await tallies(orm);
      const { bad: _, ...fresh } = await freshTallies(journal);
      expect(others).toEqual(fresh);
      expect(bad?.[0]).toBe(2);
      const details = async () => (await buildsOf(definition.projection.name))[0];
      const parked = { threadId: 'bad', seq: 1, entryId: 'e-1', error: 'TypeError: cannot' };
      expect(await details()).toMatchObject({ parked: 1, parkedEntries: [parked], lag: { entries: 0 } });
      // Given again to the handler, it stays parked while it fails, and is handled once.
      expect(await projector({ ...definition, handle }).retryParked()).toEqual({ handled: 0, stillParked: 1 });
      poisoned = false;
      expect(await projector({ ...definition, handle }).retryParked()).toEqual({ handled: 1, stillParked: 0 });
      expect(await projector({ ...definition, handle }).retryParked()).toEqual({ handled: 0, stillParked: 0 });
      expect((await tallies(orm))['bad']?.[0]).toBe(3);
      expect(await details()).toMatchObject({ parked: 0 });
    });

    test('an entry that cannot be read is parked too', async () => {
      const definition = { projection: await projection() };
      await append({ before: 2 });
      await journal.append('unreadable', [{ kind: 'message', payload: { n: 1 } }]);
      await append({ behind: 2 });
      const lifting = new ThreadJournal(orm, { upcasters: { message: [() => JSON.parse('{')] } });
      await projector(definition, lifting).catchUp();
      const { unreadable: _, ...fresh } = await freshTallies(journal);
      expect(await tallies(orm)).toEqual(fresh);
      expect((await buildsOf(definition.projection.name))[0]?.parkedEntries).toMatchObject([
        { threadId: 'unreadable', seq: 0, error: expect.stringMatching(/^CorruptEntryError/) },
      ]);
      await lifting.close();
    });

    test('by the other policy it stops there with the error, and goes on from there when it is run again', async () => {
      const definition = { projection: await projection(), attempts: 1, onPoison: 'stop' } as const;
      await append({ first: 3 });
      await journal.append('stopper', [{ payload: { poison: true } }]);
      await append({ last: 3 });
      const handle: Handle = async (entries, em, context) => {
        if (entries.some(({ payload }) => payload['poison'] === true)) throw new RangeError('stop here');
        await tally(entries, em, context);
      };
      await expect(projector({ ...definition, handle }).catchUp()).rejects.toThrow(new RangeError('stop here'));
      const [stopped] = await buildsOf(definition.projection.name);
      expect(stopped).toMatchObject({ running: false, error: 'RangeError: stop here', parked: 0 });
      expect(await tallies(orm)).toHaveProperty('first');
      expect(await tallies(orm)).not.toHaveProperty('last');
      await projector(definition).catchUp();
      expect(await tallies(orm)).toEqual(await freshTallies(journal));
      expect((await buildsOf(definition.projection.name))[0]?.error).toBe(undefined);
    });

    test('what the handler appends to the journal is part of the same transaction', async () => {
      const definition = { projection: await projection(['ask']), attempts: 1 };
      let refuse = true;
      const handle: Handle = async (entries, _em, { version }) => {
        for (const { threadId, id } of entries) {
          await journal.append(threadId, [{ id: `answer-${version}-${id}`, kind: 'answer' }]);
        }
        if (refuse) throw new Error('after the append');
      };
      await append({ process: 1 }, 'ask');
      await projector({ ...definition, handle }).catchUp();
      expect((await journal.head('process'))?.rev).toBe(1);
      refuse = false;
      await append({ process: 2 }, 'ask');
      await projector({ ...definition, handle }).catchUp();
      expect((await journal.head('process'))?.rev).toBe(5);
    });

    test('nothing is written of a thread that was deleted after the feed told of it', async () => {
      const definition = { projection: await projection() };
      await append({ 'a-deleter': 1 });
      await journal.append('b-unreadable', [{ kind: 'message' }]);
      await append({ 'c-deleted': 3 });
      const lifting = new ThreadJournal(orm, { upcasters: { message: [() => JSON.parse('{')] } });
      const given: string[] = [];
      // The unreadable entry ends the first batch of the page, so what its handler deletes stands in the second.
      const handle: Handle = async (entries, em, context) => {
        given.push(...entries.map(({ threadId }) => threadId));
        if (entries.some(({ threadId }) => threadId === 'a-deleter')) await lifting.delete('c-deleted');
        await tally(entries, em, context);
      };
      await projector({ ...definition, handle }, lifting).catchUp();
      expect(given).toContain('c-deleted');
      expect(await tallies(orm)).not.toHaveProperty('c-deleted');
      expect(await tallies(orm)).toHaveProperty('a-deleter');
      await lifting.close();
    });

    test('two runners that take the lease from each other all the time have one effect', async () => {
      const definition = { projection: await projection(), leaseMs: 30, batch: 5 };
      const events = projectionEvents(definition.projection.name);
      await append({ raced: 20, 'raced-too': 20 });
      const other = await openHost(bench.database);
      const end = new AbortController();
      const slowly: Handle = async (entries, em, context) => {
        await tally(entries, em, context);
        await new Promise(resolve => setTimeout(resolve, 3));
      };
      const runs = [journal, other.journal].map(on =>
        projector({ ...definition, handle: slowly }, on).run({ signal: end.signal }),
      );
      const taken = (): number => events.filter(event => event.event === 'lease' && event.held).length;
      await until('they have taken it from each other', async () => {
        await append({ raced: 2, 'raced-too': 3 });
        // As if its holder had been asleep for too long.
        await sql(orm, 'update journal_projections set lease_until = 0');
        await new Promise(resolve => setTimeout(resolve, 5));
        return taken() > 6;
      });
      await until('all is handled', () => isUpToDate(orm, journal));
      end.abort();
      await Promise.all(runs);
      expect(await tallies(orm)).toEqual(await freshTallies(journal));
    });

    test('and two that have no lease have two', async () => {
      const { name } = await projection();
      await append({ 'raced-naively': 40 });
      const other = await openHost(bench.database);
      // The second reads while the first has not stored yet where it is.
      await naiveProjector(orm, journal, {
        name,
        between: round => round === 0 && naiveProjector(other.orm, other.journal, { name }),
      });
      expect(await tallies(orm)).not.toEqual(await freshTallies(journal));
    });

    test('one runs, the other waits, and takes over when the first is gone', async () => {
      const definition = { projection: await projection(), leaseMs: 60_000 };
      const ran: string[] = [];
      const named =
        (who: string): Handle =>
        async (entries, em, context) => {
          if (entries.length > 0) ran.push(who);
          await tally(entries, em, context);
        };
      const ends = [new AbortController(), new AbortController()] as const;
      await append({ 'take-over': 1 });
      const first = projector({ ...definition, handle: named('first') }).run({ signal: ends[0].signal });
      await until('the first runs', () => ran.length > 0);
      const other = await openHost(bench.database);
      // Its own lease is short, so it asks often.
      const second = projector({ ...definition, leaseMs: 30, handle: named('second') }, other.journal).run({
        signal: ends[1].signal,
      });
      const same = () => isUpToDate(orm, journal);
      for (let round = 0; round < 5; round += 1) {
        await append({ 'take-over': 1 });
        await until('it is handled', same);
      }
      expect(new Set(ran)).toEqual(new Set(['first']));
      ends[0].abort();
      await first;
      await append({ 'take-over': 1 });
      await until('the other handles it', same);
      expect(ran.at(-1)).toBe('second');
      ends[1].abort();
      await second;
    });

    test('inside a transaction of the host it is not part of it', async () => {
      if (bench.backend !== 'postgresql') return expect(bench.backend).toBe('sqlite'); // one connection: it would wait
      const definition = { projection: await projection() };
      await append({ outside: 3 });
      const undone = orm.em.transactional(async () => {
        await projector(definition).catchUp();
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await tallies(orm)).toEqual(await freshTallies(journal));
    });

    test('a batch reads its entries in the order of seq, and the handler has an EntityManager of its own', async () => {
      const definition = { projection: await projection() };
      await append({ ordered: 30 });
      const seen: Entry[] = [];
      const managers = new Set<SqlEntityManager>();
      const handle: Handle = async (entries, em) => {
        managers.add(em);
        expect(em.isInTransaction()).toBe(true);
        for (const entry of entries.filter(({ threadId }) => threadId === 'ordered')) {
          seen.push(entry);
          await count(em, 1, entry);
        }
      };
      await projector({ ...definition, handle, batch: 500 }).catchUp();
      expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, seq) => seq));
      expect(managers.has(orm.em)).toBe(false);
    });

    test.each([
      [{ journal: {} }, 'journal'],
      [{ projection: { name: '', version: 1 } }, 'name'],
      [{ projection: { name: 'x', version: 0 } }, 'version'],
      [{ handle: 'x' }, 'handle'],
      [{ batch: 0 }, 'batch'],
      [{ attempts: 0 }, 'attempts'],
      [{ onPoison: 'skip' }, 'onPoison'],
      [{ leaseMs: 0 }, 'leaseMs'],
    ])('a projector with %j is refused', async (wrong, argument) => {
      const right = { journal, projection: { name: 'x', version: 1 }, handle: tally };
      expect(() => new Projector({ ...right, ...wrong } as never)).toThrow(argument);
    });

    test('a journal bound to a transaction cannot have one: it has transactions of its own', async () => {
      await orm.em.transactional(async em => {
        const bound = journal.within(em as SqlEntityManager);
        expect(() => projector({ projection: { name: 'x', version: 1 } }, bound)).toThrow('journal');
      });
    });
  },
  { on: sharedBackends },
);
