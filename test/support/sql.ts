import type { Orm } from './backends.ts';

/** Statements as the database's owner, past the journal: for attacks and for damage. */
export async function sql<Row = Record<string, unknown>>(orm: Orm, text: string): Promise<readonly Row[]> {
  return (await orm.em.fork().execute(text)) as unknown as readonly Row[];
}

/**
 * Takes the guards off for the length of `damage`: what a broken disk, a careless administrator or an older restore
 * can do, a test can do.
 */
export async function withoutGuards(orm: Orm, damage: () => Promise<unknown>): Promise<void> {
  const triggers = await sql<{ name: string; sql: string }>(
    orm,
    isSqlite(orm)
      ? `select name, sql from sqlite_master where type = 'trigger'`
      : `select 'journal_entries' as name, null as sql union all select 'journal_threads', null`,
  );
  for (const { name } of triggers) {
    await sql(orm, isSqlite(orm) ? `drop trigger "${name}"` : `alter table "${name}" disable trigger user`);
  }
  await damage();
  for (const { name, sql: create } of triggers) {
    await sql(orm, isSqlite(orm) ? create : `alter table "${name}" enable trigger user`);
  }
}

function isSqlite(orm: Orm): boolean {
  return orm.em.getPlatform().constructor.name === 'SqlitePlatform';
}
