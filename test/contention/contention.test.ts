import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { inProcesses } from '../support/processes.ts';
import { sql } from '../support/sql.ts';

/** Seqs of a thread as the database has them. */
const gapless = (count: number): readonly number[] => Array.from({ length: count }, (_, seq) => seq);

eachBackend(
  bench => {
    test('20 writers × 200 appends from 4 processes on one thread all succeed, and its seqs have no gap', async () => {
      const reports = await inProcesses(4, bench.database.url, {
        threads: ['one'],
        writers: 5,
        appends: 200,
        guarded: false,
      });
      expect(reports.flatMap(report => report.failures)).toEqual([]);
      expect(reports.reduce((sum, report) => sum + report.appended, 0)).toBe(4_000);
      const thread = await bench.journal.load('one');
      expect(thread?.entries.map(entry => entry.seq)).toEqual(gapless(4_000));
      expect(thread?.rev).toBe(4_000);
    });

    test('guarded appends from 4 processes: one winner a rev, conflicts for the rest, nothing lost', async () => {
      const reports = await inProcesses(4, bench.database.url, {
        threads: ['guarded-1', 'guarded-2'],
        writers: 2,
        appends: 40,
        guarded: true,
      });
      expect(reports.flatMap(report => report.failures)).toEqual([]);
      expect(reports.reduce((sum, report) => sum + report.conflicts, 0)).toBeGreaterThan(0);
      for (const threadId of ['guarded-1', 'guarded-2']) {
        const entries = await collect(bench.journal.read(threadId));
        // Each entry holds the rev its writer asked for: at every seq it is that seq, so no guard let a second one by.
        expect(entries.map(entry => entry.payload['expectedRev'])).toEqual(gapless(160));
      }
    });

    test('a writer without guard in the database shows that these tests can fail', async () => {
      await sql(bench.orm, 'create table naive (seq int not null)');
      const append = async (): Promise<void> => {
        const [row] = await sql<{ n: number | string }>(bench.orm, 'select count(*) as n from naive');
        await sql(bench.orm, `insert into naive values (${Number(row?.n ?? 0)})`);
      };
      await Promise.all(Array.from({ length: 20 }, append));
      const rows = await sql<{ seq: number }>(bench.orm, 'select seq from naive order by seq');
      expect(rows.map(row => row.seq)).not.toEqual(gapless(20));
    });

    test('a guarded append that races a delete never makes a thread anew', async () => {
      const rounds = 100;
      for (let round = 0; round < rounds; round += 1) {
        const threadId = `race-${round}`;
        await bench.journal.append(threadId, [{}, {}]);
        const [append] = await Promise.allSettled([
          bench.journal.append(threadId, [{ id: `late-${round}` }], { expectedRev: 2 }),
          bench.journal.delete(threadId),
          bench.journal.append(threadId, [{}], { expectedRev: 2 }),
        ]);
        const after = await collect(bench.journal.read(threadId));
        expect(after).toEqual([]);
        if (append?.status === 'rejected')
          expect(append.reason).toMatchObject({ code: 'rev_conflict', expectedRev: 2 });
      }
    });

    test('an append without guard that races a delete is either deleted or begins the thread anew', async () => {
      for (let round = 0; round < 100; round += 1) {
        const threadId = `anew-${round}`;
        await bench.journal.append(threadId, [{}, {}]);
        const [append] = await Promise.all([bench.journal.append(threadId, [{}]), bench.journal.delete(threadId)]);
        const thread = await bench.journal.load(threadId);
        expect(thread?.rev ?? 0).toBe(append.rev === 1 ? 1 : 0);
      }
    });

    test('identical appends at once, with ids of the caller: recorded once, recognised by all others', async () => {
      for (let round = 0; round < 30; round += 1) {
        const threadId = `same-${round}`;
        const entries = [{ id: 'x', payload: { round } }, { id: 'y' }];
        const results = await Promise.all(Array.from({ length: 8 }, () => bench.journal.append(threadId, entries)));
        expect(results.filter(result => result.created)).toHaveLength(1);
        expect(new Set(results.map(result => JSON.stringify(result.entries)))).toHaveProperty('size', 1);
        expect((await bench.journal.load(threadId))?.rev).toBe(2);
      }
    });
  },
  { on: sharedBackends },
);
