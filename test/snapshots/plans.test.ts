import { afterAll, beforeAll, expect, test } from 'vitest';
import { newThread, ThreadJournal } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { accesses, type Watched, watch } from '../support/statements.ts';
import { rebuilt } from './segments.ts';

eachBackend(
  bench => {
    let watched: Watched;
    let journal: ThreadJournal;

    beforeAll(async () => {
      watched = await watch(bench.database);
      journal = new ThreadJournal(watched.orm, { snapshots: { seal: false }, live: { notify: false } });
      for (let index = 0; index < 10; index += 1) {
        await journal.append(
          'long',
          Array.from({ length: 1_000 }, (_, n) => ({ payload: { n } })),
        );
      }
      for (let index = 0; index < 300; index += 1) await journal.append(`short-${index}`, [{}, {}]);
      await rebuilt(journal);
      await journal.append('long', [{}]);
    });
    afterAll(() => watched.close());

    async function statementsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
      watched.taken();
      await work();
      return watched.taken().filter(statement => !/^(begin|commit|rollback|pragma)/i.test(statement));
    }

    /** How a statement gets to rows that a long thread has many of: none of `scan`, and none that begins at the first. */
    async function badAccesses(statement: string): Promise<readonly string[]> {
      const touched = await accesses(bench.orm, bench.backend, statement);
      return touched
        .filter(({ table }) => /journal_entries|^e$/.test(table))
        .filter(({ how, condition }) => how === 'scan' || !reachesTheRow(condition))
        .map(({ table, how, condition }) => `${table}: ${how} ${condition}`);
    }

    test('a load is one statement, with snapshots and without, of all or of the past', async () => {
      for (const work of [
        () => journal.load('long'),
        () => journal.load('short-7'),
        () => journal.load('nobody'),
        () => journal.load('long', { upToRev: 700 }),
        () => journal.refresh(newThread('short-7')),
      ]) {
        expect(await statementsOf(work)).toHaveLength(1);
      }
    });

    for (const analyzed of [false, true]) {
      const when = analyzed ? 'with statistics' : 'without statistics';

      test(`loads, rebuilds and verifications read no part of a thread twice, ${when}`, async () => {
        if (analyzed) await sql(bench.orm, 'analyze');
        const jobs: readonly (() => Promise<unknown>)[] = [
          () => journal.load('long'),
          () => journal.load('long', { upToRev: 5_000 }),
          async () => journal.refresh((await journal.load('long', { upToRev: 9_990 })) ?? newThread()),
          () => rebuilt(journal, ['long']),
          () => rebuilt(journal),
          async () => {
            for await (const _ of journal.verify());
          },
        ];
        for (const job of jobs) {
          const statements = new Set(await statementsOf(job));
          expect(statements.size).toBeGreaterThan(0);
          for (const statement of statements) {
            expect([statement, await badAccesses(statement)]).toEqual([statement, []]);
          }
        }
      });
    }

    test('and a page that walks its thread from the first entry is found out', async () => {
      for (const bound of ["thread_id > 'a'", "payload = 'x'"]) {
        const page = `select * from journal_entries where ${bound} order by thread_id, seq limit 1000`;
        expect(await badAccesses(page)).toHaveLength(1);
      }
    });
  },
  { on: sharedBackends },
);

/** By the whole key of what is wanted, or by the thread where all of its rows are. */
function reachesTheRow(condition: string): boolean {
  return /seq|thread_id=\?|thread_id = |rowid/.test(condition.replace(/^.*INDEX \S+/, ''));
}
