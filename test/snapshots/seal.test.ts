import { describe, expect, test } from 'vitest';
import { sqliteSetup, ThreadJournal } from '../../src/index.ts';
import { createDatabase, openOrm, sharedBackends } from '../support/backends.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { snapshotEvents } from './events.ts';
import { placesOf, quoted, segmentsOf } from './segments.ts';

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, n) => ({ payload: { n: from + n } }));
const SMALL = { minTail: 4, segmentEntries: 10 };

eachBackend(bench => {
  const sealing = (): ThreadJournal => bench.journalWith({ snapshots: SMALL });
  /** Loads the thread with a journal of its own and waits until what it started is done. */
  const loadAndClose = async (threadId: string, upToRev?: number): Promise<ThreadJournal> => {
    const journal = sealing();
    await journal.load(threadId, { upToRev });
    await journal.close();
    return journal;
  };
  const thread = async (entries: number): Promise<string> => {
    const threadId = bench.id();
    await bench.journal.append(threadId, numbered(entries));
    return threadId;
  };

  describe('a load seals what it had to read row by row', () => {
    test('in full segments and one of the rest, and the next load is served by them', async () => {
      const threadId = await thread(23);
      const events = snapshotEvents(threadId);
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toEqual([
        [0, 10],
        [10, 20],
        [20, 23],
      ]);
      expect(events).toEqual([{ event: 'sealed', threadId, fromSeq: 0, toSeq: 23 }]);
      const next = sealing();
      expect((await next.load(threadId))?.rev).toBe(23);
      expect((await next.stats()).served).toEqual({
        loads: 1,
        loadsFromSnapshots: 1,
        entries: 23,
        entriesFromSnapshots: 23,
      });
    });

    test('but not a short tail', async () => {
      const threadId = await thread(3);
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toEqual([]);
      await bench.journal.append(threadId, numbered(10, 3));
      await loadAndClose(threadId);
      await bench.journal.append(threadId, numbered(3, 13));
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toEqual([
        [0, 10],
        [10, 13],
      ]);
    });

    test('a segment that is not full grows, a full one stays as it is', async () => {
      const threadId = await thread(13);
      await loadAndClose(threadId);
      const [full] = await segmentsOf(bench.orm, threadId);
      await bench.journal.append(threadId, numbered(4, 13));
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toEqual([
        [0, 10],
        [10, 17],
      ]);
      await bench.journal.append(threadId, numbered(6, 17));
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toEqual([
        [0, 10],
        [10, 20],
        [20, 23],
      ]);
      expect((await segmentsOf(bench.orm, threadId))[0]).toEqual(full);
    });

    test('not when it looks at the past, or is told not to', async () => {
      const threadId = await thread(23);
      await loadAndClose(threadId, 15);
      const never = bench.journalWith({ snapshots: { ...SMALL, seal: false } });
      await never.load(threadId);
      await never.close();
      expect(await placesOf(bench.orm, threadId)).toEqual([]);
    });

    test('close() waits for it', async () => {
      const ids = await Promise.all([1, 2, 3, 4, 5].map(() => thread(40)));
      const journal = sealing();
      await Promise.all(ids.map(id => journal.load(id)));
      const before = await Promise.all(ids.map(id => placesOf(bench.orm, id)));
      await journal.close();
      for (const id of ids) expect(await placesOf(bench.orm, id)).toHaveLength(4);
      // Had all been there before, the close would prove nothing.
      expect(before.flat().length).toBeLessThan(20);
    });
  });

  describe('a load inside a transaction of the host', () => {
    test('seals nothing', async () => {
      const threadId = await thread(20);
      const journal = sealing();
      const loaded = await bench.orm.em.transactional(async em => [
        await journal.load(threadId),
        await journal.within(em as never).load(threadId),
      ]);
      await journal.close();
      expect(loaded.map(each => each?.rev)).toEqual([20, 20]);
      expect(await placesOf(bench.orm, threadId)).toEqual([]);
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toHaveLength(2);
    });

    test('sees entries that are rolled back, and they come into no snapshot', async () => {
      const threadId = await thread(20);
      const journal = sealing();
      const rolledBack = bench.orm.em.transactional(async () => {
        await journal.append(threadId, numbered(30, 20));
        expect((await journal.load(threadId))?.rev).toBe(50);
        throw new Error('rolled back');
      });
      await expect(rolledBack).rejects.toThrow('rolled back');
      await journal.close();
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toEqual([
        [0, 10],
        [10, 20],
      ]);
    });

    test('of another ORM is not joined, by what is sealed later either', async () => {
      const threadId = await thread(20);
      const other = await createDatabase(bench.backend);
      const orm = await other.openOrm();
      const journal = sealing();
      const rolledBack = orm.em.transactional(async () => {
        await journal.load(threadId);
        throw new Error('rolled back');
      });
      await expect(rolledBack).rejects.toThrow('rolled back');
      await journal.close();
      expect(await placesOf(bench.orm, threadId)).toHaveLength(2);
      await other.drop();
    });
  });

  describe('no load fails because of its seal', () => {
    const raise = (): readonly string[] =>
      isPostgres(bench.backend)
        ? [
            `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`,
            'create trigger refuse before insert on journal_snapshots for each row execute function refuse()',
          ]
        : [`create trigger refuse before insert on journal_snapshots begin select raise(abort, 'refused'); end`];
    const allow = (): readonly string[] =>
      isPostgres(bench.backend)
        ? ['drop trigger refuse on journal_snapshots', 'drop function refuse']
        : ['drop trigger refuse'];

    test('a database that refuses the segments is reported, left alone for a while, and asked again later', async () => {
      const threadId = await thread(20);
      const events = snapshotEvents(threadId);
      for (const statement of raise()) await sql(bench.orm, statement);
      const journal = sealing();
      for (let load = 0; load < 5; load += 1) expect((await journal.load(threadId))?.rev).toBe(20);
      await journal.close();
      expect(events).toMatchObject([{ event: 'failed', threadId }]);
      for (const statement of allow()) await sql(bench.orm, statement);
      await loadAndClose(threadId);
      expect(await placesOf(bench.orm, threadId)).toHaveLength(2);
    });

    test('a thread whose history does not hold is loaded from its rows, and gets no snapshot', async () => {
      const threadId = await thread(20);
      const change = `update journal_entries set payload = '{"changed":1}' where thread_id = ${quoted(threadId)} and seq = 15`;
      await withoutGuards(bench.orm, () => sql(bench.orm, change));
      const events = snapshotEvents(threadId);
      const journal = sealing();
      for (let load = 0; load < 3; load += 1) {
        expect((await journal.load(threadId))?.entries[15]?.payload).toEqual({ changed: 1 });
      }
      await journal.close();
      expect(events).toMatchObject([{ event: 'refused', threadId, error: { code: 'corrupt_entry' } }]);
      expect(await placesOf(bench.orm, threadId)).toEqual([]);
    });
  });
});

eachBackend(
  bench => {
    test('a connection that may only read serves loads, and is asked to write once', async () => {
      await bench.journal.append('t', numbered(20));
      const orm = await openOrm(
        bench.database.url,
        isPostgres(bench.backend)
          ? { driverOptions: { options: '-c default_transaction_read_only=on' } }
          : {
              onCreateConnection: async (connection: { executeQuery(query: unknown): Promise<unknown> }) => {
                await sqliteSetup()(connection);
                const query = { kind: 'RawNode', sqlFragments: ['pragma query_only = on'], parameters: [] };
                await connection.executeQuery({ sql: 'pragma query_only = on', parameters: [], query });
              },
            },
      );
      const events = snapshotEvents('t');
      const journal = new ThreadJournal(orm, { snapshots: SMALL });
      await expect(journal.append('t', [{}])).rejects.toThrow();
      for (let load = 0; load < 5; load += 1) {
        expect((await journal.load('t'))?.rev).toBe(20);
        while (load === 0 && events.length === 0) await new Promise(resolve => setImmediate(resolve));
      }
      await journal.close();
      await orm.close(true);
      expect(events).toMatchObject([{ event: 'failed' }]);
      expect(await placesOf(bench.orm, 't')).toEqual([]);
    });

    test('threads deleted and made again while they are sealed leave nothing of what was deleted', async () => {
      const orms = [bench.orm, await bench.database.openOrm()];
      const [one, other] = orms.map(orm => new ThreadJournal(orm, { snapshots: SMALL }));
      if (one === undefined || other === undefined) throw new Error('no journals');
      let sealed = 0;
      for (let round = 0; round < 60; round += 1) {
        const threadId = `race-${round % 3}`;
        await one.append(threadId, numbered(30, round));
        await Promise.all([one.load(threadId), other.load(threadId)]);
        // The seals begin right behind the loads: now, or a little later, so that all orders come about.
        for (let turn = 0; turn < round % 7; turn += 1) await new Promise(resolve => setImmediate(resolve));
        await other.delete(threadId);
        sealed += (await segmentsOf(bench.orm, threadId)).length;
        if (round % 2 === 0) await one.append(threadId, numbered(25, 1_000 + round));
        const thread = await other.load(threadId);
        expect(thread?.entries.map(({ payload }) => payload['n']) ?? []).toEqual(
          round % 2 === 0 ? numbered(25, 1_000 + round).map(({ payload }) => payload.n) : [],
        );
        await one.delete(threadId);
      }
      await one.close();
      await other.close();
      expect(sealed).toBe(0);
      expect(await sql(bench.orm, `select * from journal_snapshots where thread_id like 'race-%'`)).toEqual([]);
    });

    test('loads are whole while two processes append and seal', async () => {
      const orm = await bench.database.openOrm();
      const eager = { snapshots: { minTail: 1, segmentEntries: 7 } };
      const journals = [bench.journalWith(eager), new ThreadJournal(orm, eager)];
      let appending = true;
      const writers = journals.map(async (journal, writer) => {
        for (let n = 0; n < 60; n += 1) await journal.append('busy', numbered(1 + (n % 4), writer));
      });
      const done = Promise.all(writers).then(() => {
        appending = false;
      });
      const readers = journals.map(async journal => {
        let loads = 0;
        for (let rev = 0; appending; loads += 1) {
          const thread = await journal.load('busy');
          expect(thread?.entries.map(({ seq }) => seq)).toEqual(thread?.entries.map((_, seq) => seq));
          expect(thread?.rev ?? 0).toBeGreaterThanOrEqual(rev);
          rev = thread?.rev ?? 0;
          // A load on SQLite never leaves the event loop to others by itself.
          await new Promise(resolve => setImmediate(resolve));
        }
        return loads;
      });
      await done;
      expect(Math.min(...(await Promise.all(readers)))).toBeGreaterThan(3);
      for (const journal of journals) await journal.close();
      const journal = bench.journalWith(eager);
      const thread = await journal.load('busy');
      expect((await journal.stats()).served.loadsFromSnapshots).toBe(1);
      await sql(bench.orm, `delete from journal_snapshots where thread_id = 'busy'`);
      expect(await journal.load('busy')).toEqual(thread);
    });
  },
  { on: sharedBackends },
);
