import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { conformanceCases } from '../../src/testing/index.ts';
import { createDatabase, type Database, type Orm, openOrm, wantedBackends } from '../support/backends.ts';
import { asSuperuser } from '../support/postgres.ts';
import { sql } from '../support/sql.ts';

/** The statements of docs/operations.md, as they stand there: what is documented is what is tested. */
async function documentedGrants(): Promise<readonly string[]> {
  const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, block = ''] = /<!-- grants -->\n```sql\n([\s\S]*?)```/.exec(text) ?? [];
  return block
    .split(';')
    .map(line => line.trim())
    .filter(line => line !== '');
}

describe.runIf(wantedBackends().includes('postgresql'))('an application role with the documented grants', () => {
  let database: Database;
  let orm: Orm;

  beforeAll(async () => {
    database = await createDatabase('postgresql');
    const grants = await documentedGrants();
    expect(grants.length).toBeGreaterThan(4);
    await asSuperuser(
      database.url,
      `do $$ begin if not exists (select from pg_roles where rolname = 'app') then
         create role app login password 'app'; end if; end $$`,
      'revoke all on schema public from public',
      ...grants,
    );
    const url = new URL(database.url);
    url.username = 'app';
    url.password = 'app';
    orm = await openOrm(url.toString());
  });
  afterAll(async () => {
    await orm.close(true);
    await asSuperuser(database.url, 'drop owned by app');
    await database.drop();
  });

  for (const { title, run } of conformanceCases) {
    test(title, () => run(async options => new ThreadJournal(orm, options)));
  }

  test.each([
    'delete from journal_entries',
    'update journal_entries set payload = payload',
    'truncate journal_entries',
    'delete from journal_threads',
    'delete from journal_erasures',
    'drop table journal_entries',
    'alter table journal_entries disable trigger all',
    'create table x ()',
  ])('may not: %s', async statement => {
    await expect(sql(orm, statement)).rejects.toMatchObject({ code: '42501' });
  });
});
