import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, withDatabase } from '../test/support/postgres.ts';
import { openSqlite } from './bare-sqlite.ts';
import { migrate, type Orm, openOrm } from './orm.ts';
import { checkDurable, query } from './query.ts';

export type DatabaseName = 'PostgreSQL' | 'SQLite';
export const BOTH: readonly DatabaseName[] = ['PostgreSQL', 'SQLite'];

/** A database of its own for one workload. */
export interface Database {
  readonly name: DatabaseName;
  /** As the command takes it: `postgresql://…`, `sqlite:/path`. */
  readonly url: string;
  /** An ORM on it, closed with it. */
  openOrm(options?: Record<string, unknown>): Promise<Orm>;
  /** What the tables and their indexes take on disk. No writer may be open on SQLite. */
  bytes(): Promise<number>;
  drop(): Promise<void>;
}

export interface Databases {
  /** With the journal's tables, unless it is for somebody else's. */
  create(name: DatabaseName, options?: { readonly migrated?: boolean }): Promise<Database>;
  readonly versions: { readonly postgres: string; readonly sqlite: string };
  stop(): Promise<void>;
}

/** A PostgreSQL of this run's own (or the one of DATABASE_URL) and a folder for SQLite files, both durable. */
export async function startDatabases(): Promise<Databases> {
  const given = process.env['DATABASE_URL'];
  const server = given === undefined ? await startPostgres([]) : { url: given, stop: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'thread-journal-bench-'));
  const versions = { postgres: await checkDurable(server.url), sqlite: sqliteVersion() };
  let count = 0;
  return {
    versions,
    create: async (name, { migrated = true } = {}) => {
      count += 1;
      const database = name === 'PostgreSQL' ? await postgres(server.url, count) : sqlite(join(folder, `${count}.db`));
      if (migrated) await migrate(database.url);
      return database;
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function postgres(server: string, count: number): Promise<Database> {
  const database = `thread_journal_bench_${process.pid}_${count}`;
  await query(server, `create database ${database}`);
  const url = withDatabase(server, database);
  const orms: Orm[] = [];
  return {
    name: 'PostgreSQL',
    url,
    openOrm: async options => kept(orms, await openOrm(url, options)),
    bytes: async () => {
      const [row] = await query<{ bytes: string }>(
        url,
        `select coalesce(sum(pg_total_relation_size(c.oid)), 0) as bytes from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
         where c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'`,
      );
      return Number(row?.bytes);
    },
    drop: async () => {
      await closeAll(orms);
      await query(server, `drop database ${database} with (force)`);
    },
  };
}

function sqlite(file: string): Database {
  const url = `sqlite:${file}`;
  const orms: Orm[] = [];
  return {
    name: 'SQLite',
    url,
    openOrm: async options => kept(orms, await openOrm(url, options)),
    bytes: async () => {
      const database = openSqlite(file, 'full');
      database.pragma('wal_checkpoint(truncate)');
      database.close();
      return (await stat(file)).size;
    },
    drop: async () => {
      await closeAll(orms);
      for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true });
    },
  };
}

export function fileOf({ url }: Database): string {
  return url.slice('sqlite:'.length);
}

function sqliteVersion(): string {
  const database = openSqlite(':memory:', 'full');
  const row = database.prepare('select sqlite_version() as version').get() as { readonly version: string };
  database.close();
  return row.version;
}

function kept(orms: Orm[], orm: Orm): Orm {
  orms.push(orm);
  return orm;
}

async function closeAll(orms: Orm[]): Promise<void> {
  for (const orm of orms.splice(0)) await orm.close(true);
}
