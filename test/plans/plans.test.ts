import { afterAll, beforeAll, expect, test } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { collect, eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { type Access, accesses, type Watched, watch } from '../support/statements.ts';

eachBackend(
  bench => {
    let watched: Watched;
    let journal: ThreadJournal;

    beforeAll(async () => {
      watched = await watch(bench.database);
      journal = new ThreadJournal(watched.orm);
      // One long thread among many short ones: what a planner is most easily wrong about.
      for (let index = 0; index < 20; index += 1) {
        await journal.append(
          'long',
          Array.from({ length: 1_000 }, (_, n) => ({ id: `e-${index}-${n}` })),
        );
      }
      for (let index = 0; index < 200; index += 1) await journal.append(`short-${index}`, [{}]);
      await sql(
        bench.orm,
        `insert into journal_threads (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
         with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 20000)
         select 'empty-' || n, 'g', 0, 1, '', '{}', 0, 0 from numbers`,
      );
      watched.taken();
    });
    afterAll(() => watched.close());

    async function statementsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
      watched.taken();
      await work();
      return watched.taken();
    }

    const isControl = (statement: string): boolean => /^(begin|commit|rollback|pragma)/i.test(statement);

    /** How the work's statements touch the tables of the journal. */
    async function accessesOf(work: () => Promise<unknown>): Promise<readonly Access[]> {
      const statements = (await statementsOf(work)).filter(statement => !isControl(statement));
      expect(statements.length).toBeGreaterThan(0);
      const plans = await Promise.all(statements.map(statement => accesses(bench.orm, bench.backend, statement)));
      // Our own lists of parameters are read by a scan, and so is what a CTE made of them.
      return plans.flat().filter(({ table }) => /journal|^[te]$/.test(table));
    }

    const appends: readonly [string, () => Promise<unknown>][] = [
      ['an append', () => journal.append('long', [{}])],
      [
        'an append of 50',
        () =>
          journal.append(
            'long',
            Array.from({ length: 50 }, () => ({})),
          ),
      ],
      [
        'a guarded append',
        async () => journal.append('long', [{}], { expectedRev: (await bench.journal.head('long'))?.rev }),
      ],
      ['an append refused by its guard', () => journal.append('long', [{}], { expectedRev: 3 }).catch(() => {})],
      ['an append with an id of the caller', () => journal.append('long', [{ id: crypto.randomUUID() }])],
      ['a repeated append', () => journal.append('long', [{ id: 'e-7-7' }, { id: 'e-7-8' }])],
      ['an append refused for its ids', () => journal.append('long', [{ id: 'e-7-7', kind: 'x' }]).catch(() => {})],
      ['an empty append', () => journal.append('long', [])],
      ['a new thread', () => journal.append(crypto.randomUUID(), [{}])],
    ];

    for (const analyzed of [false, true]) {
      const when = analyzed ? 'with statistics' : 'without statistics';

      test.each(appends)(`%s looks nothing up but by index, ${when}`, async (_title, work) => {
        if (analyzed) await sql(bench.orm, 'analyze');
        const touched = await accessesOf(work);
        for (const { how, condition } of touched) {
          expect(how).toBe('index');
          // By the whole key: a condition on the thread alone would walk its entries.
          expect(condition).toMatch(isPostgres(bench.backend) ? /thread_id/ : /thread_id=\?|rowid=\?/);
          if (/entries/.test(condition) || /entry_id|seq/.test(condition)) expect(condition).toMatch(/entry_id|seq/);
        }
      });

      const reads: readonly [string, RegExp, () => Promise<unknown>][] = [
        ['a tail', /seq|thread_id/, () => collect(journal.read('long', { direction: 'backward', limit: 50 }))],
        ['a page in the middle', /seq/, () => collect(journal.read('long', { fromSeq: 10_000, limit: 50 }))],
        ['the head', /thread_id/, () => journal.head('long')],
        ['a list of threads', /thread_id/, () => collect(journal.threads({ after: 'short-1', limit: 10 }))],
      ];
      test.each(reads)(`%s is read by index, ${when}`, async (_title, condition, work) => {
        const touched = await accessesOf(work);
        expect(touched.length).toBeGreaterThan(0);
        for (const access of touched) {
          expect(access.how).toBe('index');
          expect(access.condition).toMatch(
            condition.source.includes('seq') && /entries/.test(access.table) ? condition : /thread_id/,
          );
        }
      });
    }

    test('the checker sees a scan where there is one', async () => {
      const statement = `select * from journal_entries where payload = 'x'`;
      const found = await accesses(bench.orm, bench.backend, statement);
      expect(found).toMatchObject([{ how: 'scan' }]);
    });

    test('the common append is one statement on PostgreSQL, one short transaction on SQLite', async () => {
      for (const guarded of [false, true]) {
        const options = guarded ? { expectedRev: (await bench.journal.head('long'))?.rev } : {};
        const statements = await statementsOf(() => journal.append('long', [{}, {}], options));
        if (isPostgres(bench.backend)) {
          expect(statements).toHaveLength(1);
        } else {
          const shapes = statements.map(statement => statement.trim().split(/\s+/).slice(0, 2).join(' ').toLowerCase());
          expect(shapes).toEqual([
            'begin immediate',
            'select thread_id,',
            'update "journal_threads"',
            'insert into',
            'commit',
          ]);
        }
      }
    });

    test('values are bound, never written into the statement', async () => {
      if (!isPostgres(bench.backend)) return;
      const statements = await statementsOf(async () => {
        await journal.append('thread-canary', [{ id: 'id-canary', payload: { text: 'payload-canary' } }]);
        await journal.append('thread-canary', [{ payload: { text: 'payload-canary' } }]);
        await journal.load('thread-canary');
        await collect(journal.read('thread-canary', { kinds: ['kind-canary'] }));
        await journal.delete('thread-canary');
      });
      expect(statements.length).toBeGreaterThan(5);
      expect(statements.join('\n')).not.toContain('canary');
    });

    test('an append to a long thread takes the same statements as one to a short thread', async () => {
      for (const entries of [[{}], [{ id: 'new-id' }]]) {
        const long = await statementsOf(() => journal.append('long', entries));
        const short = await statementsOf(() => journal.append('short-1', entries));
        expect(long.length).toBe(short.length);
      }
    });
  },
  { on: sharedBackends },
);
