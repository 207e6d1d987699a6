import { journalEntities, type StorageOptions, sqliteSetup } from '../index.ts';
import { CliError } from './exit.ts';
import type { HostOptions } from './host-config.ts';
import type { Target } from './url.ts';

export interface UrlTarget {
  readonly target: Target;
  readonly writes: boolean;
}

/** A MikroORM of our own, for a URL. */
export async function optionsOfUrl({ target, writes }: UrlTarget, flags: StorageOptions): Promise<HostOptions> {
  const { schema, tablePrefix } = flags;
  const entities = [...journalEntities({ schema, tablePrefix })];
  if (target.driver === 'sqlite') {
    const { SqliteDriver } = await driver('SQLite', '@mikro-orm/sqlite', () => import('@mikro-orm/sqlite'));
    // The set-up turns the file to WAL, for good: not for a look at it, nor at a wrong one.
    const onCreateConnection = writes ? sqliteSetup() : undefined;
    return { driver: SqliteDriver, entities, dbName: target.file, onCreateConnection };
  }
  const { PostgreSqlDriver } = await driver(
    'PostgreSQL',
    '@mikro-orm/postgresql',
    () => import('@mikro-orm/postgresql'),
  );
  // The connection string goes to the driver as it is: MikroORM would drop its parameters, sslmode among them.
  const driverOptions = { connectionString: target.url, connectionTimeoutMillis: 15_000 };
  return { driver: PostgreSqlDriver, entities, clientUrl: target.url, dbName: target.database, driverOptions };
}

async function driver<T>(database: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CliError(2, `${database} needs its driver, which is not installed: npm i ${name}@7.2.1`, {
      cause: error,
    });
  }
}
