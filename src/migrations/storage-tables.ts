import type { SqlEntityManager } from '@mikro-orm/sql';
import { isPostgres, isSqlite } from '../dialects/index.ts';
import { EntitiesNotRegisteredError, InvalidArgumentError } from '../errors.ts';
import { placeOf, type StorageOptions, type TablePlace } from '../options.ts';
import { postgresGuards, postgresTables } from './v1-postgres.ts';
import { sqliteGuards, sqliteTables } from './v1-sqlite.ts';

/** The versions there are; a version is frozen once released. */
const VERSIONS = [1] as const;

export interface StorageVersion extends StorageOptions {
  /** Which version of the tables. Required, so that a migration says the same for ever. */
  readonly version: (typeof VERSIONS)[number];
}

/** What we need of the host's migration: `Migration` of `@mikro-orm/migrations` is one. */
export interface MigrationLike {
  addSql(sql: string): void;
  getEntityManager(): object;
}

/**
 * Creates the journal's tables and their guards: call it in `up()` of a migration of yours. Portable.
 *
 * @throws InvalidArgumentError when the version is missing or unknown (the message names those there are), a name is
 * not a plain lower-case one, `schema` is given on SQLite, or the names differ from those of `journalEntities()`.
 * @throws EntitiesNotRegisteredError when the ORM does not know the journal's entities.
 */
export function createStorageTables(migration: MigrationLike, options: StorageVersion): void {
  const place = checked(migration, options);
  for (const statement of createTablesSql(platformOf(migration), place)) migration.addSql(statement);
}

/** Drops the journal's tables, with everything in them: for `down()`. Never drops a schema. */
export function dropStorageTables(migration: MigrationLike, options: StorageVersion): void {
  const place = checked(migration, options);
  for (const statement of dropTablesSql(platformOf(migration), place)) migration.addSql(statement);
}

/** The statements of version 1 in order, for whoever runs them without a migration. */
export function createTablesSql(platform: object, place: TablePlace): readonly string[] {
  const statements = isPostgres(platform) ? [...postgresTables, ...postgresGuards] : [...sqliteTables, ...sqliteGuards];
  const create = place.schema === undefined ? [] : [`create schema if not exists "${place.schema}"`];
  return [...create, ...statements.map(statement => placed(statement, place))];
}

const TABLES = [
  'threads',
  'entries',
  'erasures',
  'snapshots',
  'checkpoints',
  'projections',
  'projection_states',
  'parked',
];
const FUNCTIONS = ['entries_guard', 'threads_guard', 'erasures_guard', 'erasures_apply'];

function dropTablesSql(platform: object, place: TablePlace): readonly string[] {
  const tables = TABLES.map(name => `drop table {schema}"{prefix}journal_${name}"`);
  const functions = isPostgres(platform)
    ? FUNCTIONS.map(name => `drop function {schema}"{prefix}journal_${name}"()`)
    : [];
  return [...tables, ...functions].map(statement => placed(statement, place));
}

function placed(statement: string, { schema, tablePrefix }: TablePlace): string {
  return statement
    .replaceAll('{schema}', schema === undefined ? '' : `"${schema}".`)
    .replaceAll('{place}', schema === undefined ? 'current_schema()' : `'${schema}'`)
    .replaceAll('{prefix}', tablePrefix);
}

function checked(migration: MigrationLike, options: StorageVersion): TablePlace {
  checkVersion(options);
  const place = placeOf(options);
  const platform = platformOf(migration);
  if (!isPostgres(platform) && !isSqlite(platform)) {
    throw new InvalidArgumentError({ argument: 'migration', reason: 'the journal lives on PostgreSQL or SQLite' });
  }
  if (isSqlite(platform) && place.schema !== undefined) {
    throw new InvalidArgumentError({
      argument: 'schema',
      reason: 'on SQLite a schema is another file; use tablePrefix instead',
    });
  }
  return registeredPlace(migration, place);
}

function checkVersion(options: StorageVersion): void {
  const version: unknown = options?.version;
  if (VERSIONS.some(known => known === version)) return;
  throw new InvalidArgumentError({
    argument: 'version',
    reason: `${version === undefined ? 'missing' : 'unknown'}; say which version of the tables: ${VERSIONS.join(', ')}`,
  });
}

/** The migration's names must be the entities' names, or the journal would look for its tables somewhere else. */
function registeredPlace(migration: MigrationLike, place: TablePlace): TablePlace {
  const em = emOf(migration);
  const meta = em.getMetadata().getByClassName('JournalThread', false);
  if (meta === undefined) throw new EntitiesNotRegisteredError();
  const tablePrefix = meta.tableName.slice(0, -'journal_threads'.length);
  if (tablePrefix !== place.tablePrefix) {
    const reason = `is ${JSON.stringify(place.tablePrefix)} here and ${JSON.stringify(tablePrefix)} in journalEntities()`;
    throw new InvalidArgumentError({ argument: 'tablePrefix', reason });
  }
  const schema = meta.schema ?? em.config.get('schema');
  if (schema !== place.schema && place.schema !== undefined) {
    const reason = `is ${JSON.stringify(place.schema)} here and ${JSON.stringify(schema)} in journalEntities()`;
    throw new InvalidArgumentError({ argument: 'schema', reason });
  }
  return placeOf({ schema, tablePrefix });
}

function platformOf(migration: MigrationLike): object {
  return emOf(migration).getPlatform();
}

function emOf(migration: MigrationLike): SqlEntityManager {
  return migration.getEntityManager() as SqlEntityManager;
}
