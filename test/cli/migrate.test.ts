import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MikroORM } from '@mikro-orm/sqlite';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { cli, folder, jsonl, type Outcome } from './cli.ts';

const CREATED = { code: 0, stderr: '', stdout: 'The journal tables are created (version 1).\n' };
const THERE = { code: 0, stderr: '', stdout: 'The journal tables are already there.\n' };
const input = jsonl([{ threadId: 't', kind: 'note', payload: {} }]);

eachBackend(
  bench => {
    const run = (...args: string[]): Promise<Outcome> => cli([...args, '--url', bench.database.url], { input });

    test('migrate creates the tables once, with their guards, and says whether it did', async () => {
      const flags = ['--table-prefix', 'once_'];
      expect(await run('threads', ...flags)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/thread-journal migrate/),
      });
      expect(await run('migrate', ...flags)).toEqual(CREATED);
      expect(await run('migrate', ...flags)).toEqual(THERE);
      expect((await run('migrate', '--json', ...flags)).stdout).toBe('{"version":1,"created":false}\n');
      expect(await run('import', '-', ...flags)).toMatchObject({ code: 0 });
      await expect(sql(bench.orm, 'delete from once_journal_entries')).rejects.toThrow();
      // It writes nothing into the tables of anybody's migrations.
      const rows = await sql<{ name: string }>(bench.orm, 'select name from mikro_orm_migrations');
      expect(rows.map(({ name }) => name)).toEqual(['CreateJournal']);
    });

    test('migrate takes a database with the tables of a host for what it is: already there', async () => {
      expect(await run('migrate')).toEqual(THERE);
    });

    test('two migrations at once are both right', async () => {
      const outcomes = await Promise.all([
        run('migrate', '--table-prefix', 'race_'),
        run('migrate', '--table-prefix', 'race_'),
      ]);
      expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: '' }));
    });

    test('migrate leaves tables alone that it did not make', async () => {
      await sql(bench.orm, 'create table half_journal_threads (thread_id text)');
      expect(await run('migrate', '--table-prefix', 'half_')).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^some of the journal tables are there, but not all[^\n]*\n$/),
      });
      expect(await sql(bench.orm, 'select thread_id from half_journal_threads')).toEqual([]);
    });

    test('import creates the tables with --yes, and without it says how, where it cannot ask', async () => {
      const refused = await run('import', '-', '--table-prefix', 'ask_');
      expect(refused).toEqual({
        code: 2,
        stdout: '',
        stderr: 'the database has no journal tables: pass --yes to create them, or run "thread-journal migrate"\n',
      });
      expect((await run('import', '-', '--table-prefix', 'ask_', '--yes')).stdout).toMatch(
        /1 entry added, 1 thread created/,
      );
    });

    test('names that could alter a statement are refused', async () => {
      for (const flag of ['--table-prefix', '--schema']) {
        const { code, stderr } = await run('migrate', flag, 'x"; drop table journal_threads; --');
        expect({ flag, code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/^[^\n]+\n$/) });
      }
    });
  },
  { on: sharedBackends },
);

test('only migrate and import --yes make a SQLite file', async () => {
  const cwd = await folder();
  const url = ['--url', 'sqlite:./new.db'];
  for (const args of [['threads'], ['show', 't'], ['export'], ['import', '-']]) {
    const { code, stderr } = await cli([...args, ...url], { cwd, input });
    expect({ args, code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/^[^\n]+\n$/) });
    expect(existsSync(join(cwd, 'new.db'))).toBe(false);
  }
  expect((await cli(['import', '-', '--yes', ...url], { cwd, input })).code).toBe(0);
  expect((await cli(['threads', '--json', ...url], { cwd })).stdout).toMatch(/^\{"threadId":"t","rev":1,/);
});

test('a look at a SQLite file changes nothing in it', async () => {
  const cwd = await folder();
  const orm = await MikroORM.init({ dbName: join(cwd, 'host.db'), discovery: { warnWhenNoEntities: false } });
  await orm.em.getConnection().execute('create table users (name text)');
  await orm.close();
  const before = await readFile(join(cwd, 'host.db'));
  expect((await cli(['threads', '--url', 'sqlite:host.db'], { cwd })).code).toBe(2);
  expect(await readFile(join(cwd, 'host.db'))).toEqual(before);
  expect(await readdir(cwd)).toEqual(['host.db']);
});
