import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QueueFullError, ThreadJournal } from '../../src/index.ts';
import { openOrm, sharedBackends } from '../support/backends.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { type Watched, watch } from '../support/statements.ts';

eachBackend(
  bench => {
    /** Occupies the queue, so that what is appended next gathers into one batch. */
    const occupy = (journal: ThreadJournal): Promise<unknown> => journal.append(`occupy-${bench.id()}`, [{ id: 'x' }]);

    test('appends made at once keep their order within a thread', async () => {
      const threadId = bench.id();
      const results = await Promise.all(
        Array.from({ length: 700 }, (_, n) => bench.journal.append(threadId, [{ payload: { n } }])),
      );
      expect(results.map(result => result.rev)).toEqual(Array.from({ length: 700 }, (_, n) => n + 1));
      const thread = await bench.journal.load(threadId);
      expect(thread?.entries.map(entry => entry.payload['n'])).toEqual(Array.from({ length: 700 }, (_, n) => n));
      expect(thread?.hash).toBe((await bench.journal.head(threadId))?.hash);
    });

    test('each append of a batch has its own guard, result and error', async () => {
      const { journal } = bench;
      const [known, fresh, created] = [bench.id(), bench.id(), bench.id()];
      await journal.append(known, [{ id: 'a', payload: { n: 1 } }, { id: 'b' }]);
      const busy = occupy(journal);
      const settled = await Promise.allSettled([
        journal.append(known, [{ id: 'c' }], { expectedRev: 2 }),
        journal.append(known, [{ id: 'd' }], { expectedRev: 2 }),
        journal.append(known, [{ id: 'a', payload: { n: 1 } }], { expectedRev: 0 }),
        journal.append(known, [{ id: 'c' }]),
        journal.append(known, [{ id: 'c', kind: 'other' }]),
        journal.append(known, [{ id: 'e' }], { expectedRev: 3 }),
        journal.append(fresh, [{ id: 'f' }], { expectedRev: 1 }),
        journal.append(fresh, [{ id: 'f' }], { expectedRev: 0, metadata: { first: true } }),
        journal.append(fresh, [{ id: 'g' }], { metadata: { first: false } }),
        journal.append(created, []),
        journal.append(created, []),
      ]);
      await busy;
      expect(settled.map(outcome => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason))).toMatchObject([
        { rev: 3, created: true },
        { code: 'rev_conflict', expectedRev: 2, actualRev: 3 },
        { rev: 3, created: false, entries: [{ id: 'a', seq: 0 }] },
        { rev: 3, created: false, entries: [{ id: 'c', seq: 2 }] },
        { code: 'duplicate_entry', entryIds: ['c'] },
        { rev: 4, created: true },
        { code: 'rev_conflict', expectedRev: 1, actualRev: 0 },
        { rev: 1, created: true },
        { rev: 2, created: true },
        { rev: 0, created: true },
        { rev: 0, created: false },
      ]);
      expect((await journal.load(known))?.entries.map(entry => entry.id)).toEqual(['a', 'b', 'c', 'e']);
      expect(await journal.load(fresh)).toMatchObject({ metadata: { first: true }, rev: 2 });
    });

    test('an append that the database refuses fails alone', async () => {
      const { journal } = bench;
      const [good, bad, also] = [bench.id(), bench.id(), bench.id()];
      await journal.append(bad, [{}, {}]);
      await withoutGuards(bench.orm, () =>
        sql(bench.orm, `update journal_threads set rev = 1 where thread_id = '${bad}'`),
      );
      const busy = occupy(journal);
      const settled = await Promise.allSettled([
        journal.append(good, [{}]),
        journal.append(bad, [{}]),
        journal.append(also, [{ id: 'x' }]),
        journal.append(good, [{}]),
      ]);
      await busy;
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect((await journal.load(good))?.rev).toBe(2);
      expect((await journal.load(also))?.rev).toBe(1);
    });

    test('an append that is aborted, or out of time, while it waits in line is not written', async () => {
      const { journal } = bench;
      const [kept, gone] = [bench.id(), bench.id()];
      const abort = new AbortController();
      const busy = occupy(journal);
      const late = journal.append(gone, [{}], { signal: abort.signal });
      const next = journal.append(kept, [{}]);
      abort.abort(new Error('no longer needed'));
      await expect(late).rejects.toThrow('no longer needed');
      await Promise.all([busy, next]);
      expect(await journal.head(gone)).toBeUndefined();
      expect((await journal.head(kept))?.rev).toBe(1);
    });

    test('what may wait in line is bounded; what is refused for that is not written, and there is room again later', async () => {
      const journal = bench.journalWith({ maxQueuedBytes: 100_000 });
      const threadId = bench.id();
      await journal.append(threadId, []);
      const payload = { text: 'x'.repeat(40_000) };
      const settled = await Promise.allSettled(
        Array.from({ length: 4 }, () => journal.append(threadId, [{ payload }])),
      );
      const refused = settled.filter(outcome => outcome.status === 'rejected');
      expect(refused).toHaveLength(2);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(QueueFullError);
      await journal.append(threadId, [{ payload }], { expectedRev: 2 });
    });

    test('an append that waits in line belongs to no transaction that was open when another one started the line', async () => {
      const { journal, orm } = bench;
      const [inside, outside] = [bench.id(), bench.id()];
      const fork = orm.em.fork();
      const clean = new (await import('node:async_hooks')).AsyncResource('outside');
      let beside: Promise<unknown> = Promise.resolve();
      const work = fork.transactional(async () => {
        await journal.append(inside, [{}]);
        beside = clean.runInAsyncScope(() => journal.append(outside, [{}]));
        throw new Error('host failed');
      });
      await expect(work).rejects.toThrow('host failed');
      await beside;
      expect(await journal.head(inside)).toBeUndefined();
      expect((await journal.head(outside))?.rev).toBe(1);
    });

    test('a head that somebody holds delays the appends of its own thread only', async () => {
      if (!isPostgres(bench.backend)) return; // SQLite has one lock for the file: the README says so
      const stuck = Array.from({ length: 6 }, () => bench.id());
      const free = Array.from({ length: 8 }, () => bench.id());
      for (const id of stuck) await bench.journal.append(id, [{}]);
      const other = await openOrm(bench.database.url);
      const holding = other.em.fork();
      await holding.begin();
      await holding.execute(`select 1 from journal_threads where thread_id like 't-%' for update`);
      const ended: string[] = [];
      const append = async (id: string): Promise<void> => {
        await bench.journal.append(id, [{}]);
        ended.push(id);
      };
      const held = [...stuck, ...stuck].map(append);
      for (let round = 0; round < 20; round += 1) await Promise.all(free.map(append));
      expect(ended).toHaveLength(20 * free.length);
      await holding.rollback();
      await Promise.all(held);
      for (const id of stuck) expect((await bench.journal.head(id))?.rev).toBe(3);
      await other.close();
    });

    describe('seen from the database', () => {
      let watched: Watched;
      beforeAll(async () => {
        watched = await watch(bench.database);
      });
      afterAll(() => watched.close());
      const commits = (statements: readonly string[]): number =>
        statements.filter(statement => /^commit/.test(statement)).length;

      test('64 appends to 64 threads made at once share transactions; without batching each has its own', async () => {
        const threads = Array.from({ length: 64 }, () => bench.id());
        for (const batching of [true, false]) {
          const journal = new ThreadJournal(watched.orm, { batching });
          await journal.append('warm', [{}]);
          watched.taken();
          await Promise.all(threads.map(threadId => journal.append(threadId, [{ id: `${batching}` }])));
          expect(commits(watched.taken()))[batching ? 'toBeLessThan' : 'toBeGreaterThanOrEqual'](batching ? 8 : 64);
        }
      });

      test('one append after the other is sent as it comes', async () => {
        const journal = new ThreadJournal(watched.orm, { live: { notify: false } });
        const threadId = bench.id();
        await journal.append(threadId, [{}]);
        for (let count = 0; count < 5; count += 1) {
          watched.taken();
          await journal.append(threadId, [{}]);
          const statements = watched.taken();
          expect(statements.length).toBe(isPostgres(bench.backend) ? 1 : 5);
        }
      });

      test('appends one after the other leave the event loop its turns; many made at once go together', async () => {
        const journal = new ThreadJournal(watched.orm, { live: { notify: false } });
        let turns = 0;
        let counting = true;
        const count = (): void => {
          turns += 1;
          if (counting) setImmediate(count);
        };
        setImmediate(count);
        for (let index = 0; index < 200; index += 1) await journal.append('alone', [{}]);
        counting = false;
        expect(turns).toBeGreaterThan(3);
        watched.taken();
        await Promise.all(Array.from({ length: 20 }, () => journal.append(bench.id(), [{}])));
        expect(commits(watched.taken())).toBeLessThanOrEqual(2);
      });
    });
  },
  { on: sharedBackends },
);
