import type { SqlEntityManager } from '@mikro-orm/sql';
import { isPostgres } from '../dialects/index.ts';
import { createTablesSql } from '../migrations/index.ts';
import type { Check } from './check.ts';
import { counted } from './progress.ts';

interface Thing {
  readonly type: string;
  readonly name: string;
}

/** Everything that the migration makes, by name: a guard that is missing lets history be rewritten. */
export async function checkTables(em: SqlEntityManager): Promise<Check> {
  const { tableName = '', schema = em.config.get('schema') } =
    em.getMetadata().getByClassName('JournalThread', false) ?? {};
  const place = { schema, tablePrefix: tableName.replace(/journal_threads$/, '') };
  const ofPostgres = isPostgres(em.getPlatform());
  const wanted = createTablesSql(em.getPlatform(), place).flatMap(statement => [
    ...thingOf(statement),
    ...(ofPostgres ? keysOf(statement) : []),
  ]);
  const there = new Set((await thingsIn(em, tableName, schema)).map(({ type, name }) => `${type} ${name}`));
  const missing = wanted.map(({ type, name }) => `${type} ${name}`).filter(thing => !there.has(thing));
  if (missing.length === 0) return { name: 'tables', result: 'ok', says: `${counts(wanted)}, all there` };
  if (!wanted.some(({ type, name }) => type === 'table' && there.has(`table ${name}`))) {
    const says =
      'none there: run "thread-journal migrate" with --url, or the host\'s migration that calls createStorageTables';
    return { name: 'tables', result: 'problem', says };
  }
  const says = `missing or switched off: ${missing.join(', ')}; the statements that make them are in docs/schema`;
  return { name: 'tables', result: 'problem', says };
}

function thingOf(statement: string): Thing[] {
  const [, type, name] = /^create (?:unique )?(table|index|trigger) (?:"[^"]+"\.)?"([^"]+)"/.exec(statement) ?? [];
  return type === undefined || name === undefined ? [] : [{ type, name }];
}

/** Its keys, which PostgreSQL has under names: a restore that met double rows goes on without them. */
function keysOf(statement: string): Thing[] {
  const table = /^create table (?:"[^"]+"\.)?"([^"]+)"/.exec(statement)?.[1];
  if (table === undefined) return [];
  const named = [...statement.matchAll(/constraint "([^"]+)"/g)].flatMap(([, name]) => name ?? []);
  return [`${table}_pkey`, ...named].map(name => ({ type: 'index', name }));
}

function counts(wanted: readonly Thing[]): string {
  const of = (type: string): number => wanted.filter(thing => thing.type === type).length;
  return `${counted(of('table'), 'table')}, ${counted(of('index'), 'index', 'indexes')}, ${counted(of('trigger'), 'guard')}`;
}

async function thingsIn(em: SqlEntityManager, table: string, schema: string | undefined): Promise<readonly Thing[]> {
  if (!isPostgres(em.getPlatform())) return em.getConnection().execute('select type, name from sqlite_master');
  const place = '(select relnamespace from pg_catalog.pg_class where oid = to_regclass(?))';
  const name = `${schema === undefined ? '' : `"${schema}".`}"${table}"`;
  return em.getConnection().execute(
    `select case when relkind = 'r' then 'table' else 'index' end as type, relname as name
     from pg_catalog.pg_class where relnamespace = ${place} and relkind in ('r', 'i')
     union all
     select 'trigger', t.tgname from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
     where c.relnamespace = ${place} and t.tgenabled in ('O', 'A')`,
    [name, name],
  );
}
