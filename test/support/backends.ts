import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { MikroORM as SqliteOrm } from '@mikro-orm/sqlite';
import { inject } from 'vitest';
import { createStorageTables, dropStorageTables, journalEntities, sqliteSetup } from '../../src/index.ts';
import { asSuperuser, withDatabase } from './postgres.ts';

/** What tests need of either driver's ORM. */
export interface Orm {
  readonly em: SqlEntityManager;
  close(force?: boolean): Promise<void>;
}

export type BackendName = 'sqlite' | 'sqlite-memory' | 'postgresql';

export interface Database {
  readonly backend: BackendName;
  /** `sqlite:/path` or `postgresql://…`, as the CLI takes it; a memory database has none that leads back to it. */
  readonly url: string;
  /** One more ORM on this database. A memory database has exactly one. */
  openOrm(options?: Record<string, unknown>): Promise<Orm>;
  /** Closes every ORM opened here and removes the database. */
  drop(): Promise<void>;
}

/** `BACKENDS=sqlite` narrows a run; a database that is wanted and not there is a failure. */
export function wantedBackends(): readonly BackendName[] {
  const all: readonly BackendName[] = ['sqlite', 'sqlite-memory', 'postgresql'];
  const named = process.env['BACKENDS']?.split(',').map(name => name.trim());
  if (named === undefined) return all;
  const unknown = named.filter(name => !['sqlite', 'postgresql'].includes(name));
  if (unknown.length > 0) throw new Error(`BACKENDS: ${unknown.join(', ')} is not sqlite or postgresql`);
  return all.filter(name => named.some(prefix => name.startsWith(prefix)));
}

/** The databases that many connections or processes can share. */
export const sharedBackends: readonly BackendName[] = wantedBackends().filter(name => name !== 'sqlite-memory');
export const backends: readonly BackendName[] = wantedBackends();

export async function createDatabase(backend: BackendName): Promise<Database> {
  return backend === 'postgresql' ? createPostgres() : createSqlite(backend);
}

/** A host's own migration, as the README shows it. */
export class CreateJournal extends Migration {
  override up(): void {
    createStorageTables(this, { version: 1 });
  }
  override down(): void {
    dropStorageTables(this, { version: 1 });
  }
}

export const migrations = { migrationsList: [{ name: 'CreateJournal', class: CreateJournal }], snapshot: false };

export function ormOptions(url: string): Record<string, unknown> {
  const common = {
    entities: [...journalEntities()],
    extensions: [Migrator],
    migrations,
    allowGlobalContext: true,
    logger: () => {},
  };
  return url.startsWith('sqlite:')
    ? { ...common, dbName: url.slice('sqlite:'.length), onCreateConnection: sqliteSetup() }
    : { ...common, clientUrl: url };
}

export async function openOrm(url: string, options: Record<string, unknown> = {}): Promise<Orm> {
  const merged = { ...ormOptions(url), ...options };
  const orm = await (url.startsWith('sqlite:') ? SqliteOrm.init(merged) : PostgresOrm.init(merged));
  return orm as unknown as Orm;
}

export async function createSchema(url: string): Promise<void> {
  const orm = await openOrm(url);
  await migrate(orm);
  await orm.close();
}

async function migrate(orm: Orm): Promise<void> {
  await (orm as unknown as { migrator: { up(): Promise<unknown> } }).migrator.up();
}

async function createSqlite(backend: BackendName): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'thread-journal-'));
  const memory = backend === 'sqlite-memory';
  const url = memory ? 'sqlite::memory:' : `sqlite:${join(folder, 'journal.db')}`;
  if (!memory) await createSchema(url);
  return database(backend, url, () => rm(folder, { recursive: true, force: true }), memory ? migrate : undefined);
}

async function createPostgres(): Promise<Database> {
  const server = inject('postgresUrl');
  if (server === undefined) throw new Error('PostgreSQL is not part of this run');
  const name = `tj_${randomBytes(6).toString('hex')}`;
  await asSuperuser(server, `create database ${name} template thread_journal_template`);
  const drop = () => asSuperuser(server, `drop database if exists ${name} with (force)`);
  return database('postgresql', withDatabase(server, name), drop);
}

function database(
  backend: BackendName,
  url: string,
  remove: () => Promise<void>,
  prepare: (orm: Orm) => Promise<void> = async () => {},
): Database {
  const opened: Orm[] = [];
  return {
    backend,
    url,
    openOrm: async options => {
      const orm = await openOrm(url, options);
      opened.push(orm);
      await prepare(orm);
      return orm;
    },
    drop: async () => {
      for (const orm of opened) await orm.close(true);
      await remove();
    },
  };
}
