import type { Orm } from './backends.ts';
import { sql } from './sql.ts';

/** The journal's schema as the database itself tells it, in a stable order: what a migration really made. */
export async function dumpSchema(orm: Orm): Promise<string> {
  const sqlite = orm.em.getPlatform().constructor.name === 'SqlitePlatform';
  const parts = await (sqlite ? dumpSqlite(orm) : dumpPostgres(orm));
  return `${parts.map(part => `${part.trim()};`).join('\n\n')}\n`;
}

async function dumpSqlite(orm: Orm): Promise<readonly string[]> {
  const rows = await sql<{ sql: string }>(
    orm,
    `select sql from sqlite_master where tbl_name like '%journal\\_%' escape '\\' and sql is not null
     order by case type when 'table' then 1 when 'index' then 2 else 3 end, name`,
  );
  return rows.map(row => row.sql);
}

async function dumpPostgres(orm: Orm): Promise<readonly string[]> {
  const rows = await sql<{ text: string }>(orm, POSTGRES);
  return rows.map(row => row.text);
}

/** One row a table (columns, constraints, options), index, function and trigger. */
const POSTGRES = `
with tables as (
  select c.oid, c.relname, c.reloptions from pg_class c
  where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname like 'journal_%'
), columns as (
  select a.attrelid, a.attnum as place, format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
    (select format(' collate %I', l.collname) from pg_collation l
      where l.oid = a.attcollation and l.collname <> 'default'),
    case when a.attnotnull then ' not null' else ' null' end,
    (select ' default ' || pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
      where d.adrelid = a.attrelid and d.adnum = a.attnum)) as line
  from pg_attribute a where a.attnum > 0 and not a.attisdropped
), constraints as (
  select conrelid as attrelid, 1000 + row_number() over (partition by conrelid order by conname) as place,
    format('  constraint %I %s', conname, pg_get_constraintdef(oid)) as line
  from pg_constraint where contype in ('p', 'u', 'f', 'c')
), everything as (
  select 1 as rank, t.relname as name, format(E'create table %I (\\n%s\\n)%s', t.relname,
    string_agg(line, E',\\n' order by place), ' with (' || array_to_string(t.reloptions, ', ') || ')') as text
  from tables t join (select * from columns union all select * from constraints) l on l.attrelid = t.oid
  group by t.relname, t.reloptions
  union all
  select 2, i.indexname, i.indexdef from pg_indexes i join tables t on t.relname = i.tablename
  where not exists (select 1 from pg_constraint c where c.conname = i.indexname)
  union all
  select 3, p.proname, pg_get_functiondef(p.oid) from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.proname like 'journal_%'
  union all
  select 4, g.tgname, pg_get_triggerdef(g.oid) from pg_trigger g join tables t on t.oid = g.tgrelid
  where not g.tgisinternal
)
select text from everything order by rank, name`;
