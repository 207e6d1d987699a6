import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { accesses, type Watched, watch } from '../support/statements.ts';
import { Clerk, type Stores, storesOn } from './agents.ts';

const short = (statement: string): string =>
  statement.trim().replace('"public".', '').split(/\s+/).slice(0, 2).join(' ').toLowerCase();
const some = (count: number) => Array.from({ length: count }, (_, n) => ({ payload: { n } }));

eachBackend(
  bench => {
    let watched: Watched;
    let stores: Stores;
    beforeAll(async () => {
      watched = await watch(bench.database);
      // A load would pack what it read, behind our back.
      stores = storesOn(watched.orm, { snapshots: { seal: false } });
      await stores.agents.hibernate(new Clerk('warm').say(...some(2)));
    });
    afterAll(() => watched.close());

    /** A clerk with a thread of so many entries, as it is after a thaw, with three new ones. */
    async function grown(entries: number): Promise<Clerk> {
      const agent = new Clerk(bench.id()).say(...some(entries));
      await stores.agents.hibernate(agent);
      const thawed = (await stores.agents.thaw(Clerk, agent.id)) as Clerk;
      thawed.state.step += 1;
      return thawed.say(...some(3));
    }
    async function statementsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
      watched.taken();
      await work();
      return watched.taken();
    }

    test('hibernate takes the same few statements for a thread of 1,000 entries as for one of 10', async () => {
      const [long, tiny] = [await grown(1_000), await grown(10)];
      const statements = await statementsOf(() => stores.agents.hibernate(long));
      expect(await statementsOf(() => stores.agents.hibernate(tiny)).then(all => all.map(short))).toEqual(
        statements.map(short),
      );
      expect(statements.map(short)).toEqual(
        isPostgres(bench.backend)
          ? [
              'begin isolation',
              'select thread_id,',
              'select key,',
              'with head',
              'update "journal_checkpoints"',
              'commit',
            ]
          : [
              'begin immediate',
              'select thread_id,',
              'select key,',
              'select thread_id,',
              'update "journal_threads"',
              'insert into',
              'update "journal_checkpoints"',
              'commit',
            ],
      );
      // Nothing of the history is read or written.
      const reads = statements.filter(statement => /from "journal_entries"/i.test(statement));
      expect(reads).toEqual([]);
    });

    test('hibernate of an agent that has not changed writes nothing', async () => {
      const agent = await grown(10);
      await stores.agents.hibernate(agent);
      const statements = await statementsOf(() => stores.agents.hibernate(agent));
      expect(statements.map(short).filter(one => !/^(begin|commit)/.test(one))).toEqual([
        'select thread_id,',
        'select key,',
      ]);
    });

    test('thaw reads the checkpoint, and the thread as load does; a second look only at what came after', async () => {
      const agent = await grown(10);
      await stores.agents.hibernate(agent);
      const thawing = () => stores.agents.thaw(Clerk, agent.id);
      expect(await statementsOf(thawing)).toHaveLength(2);
      await bench.journal.append(agent.thread?.id ?? '', [{}]);
      expect(await statementsOf(thawing)).toHaveLength(3);
    });

    test('a checkpoint is found by its hash, and listed by its key', async () => {
      await stores.checkpoints.put(['plan', 7], 7);
      await sql(
        bench.orm,
        `insert into journal_checkpoints (key_hash, key, value, digest, version, updated_at)
         with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 20000)
         select 'hash-' || n, '["many",' || n || ']', '', '', 1, 0 from numbers`,
      );
      const statements = [
        ...(await statementsOf(() => stores.checkpoints.get(['plan', 7]))),
        ...(await statementsOf(() => stores.checkpoints.put(['plan', 7], 8, { expectedVersion: 1 }))),
        ...(await statementsOf(async () => {
          for await (const _ of stores.checkpoints.list({ prefix: ['plan'] })) break;
        })),
      ].filter(statement => !/^(begin|commit|pragma)/i.test(statement.trim()));
      expect(statements).toHaveLength(3);
      for (const statement of statements) {
        const touched = await accesses(bench.orm, bench.backend, statement);
        expect(touched.filter(({ table }) => /checkpoints/.test(table))).toMatchObject([{ how: 'index' }]);
      }
    });
  },
  { on: sharedBackends },
);
