import { Migrator } from '@mikro-orm/migrations';
import { defineConfig as onPostgres } from '@mikro-orm/postgresql';
import { defineConfig as onSqlite } from '@mikro-orm/sqlite';
import { journalEntities, sqliteSetup } from 'thread-journal';
import { Migration20261124000000 } from './examples/quick-start/migrations/Migration20261124000000.ts';

/** The demo's database: a SQLite file, or PostgreSQL when DATABASE_URL names one. */
const url = process.env['DATABASE_URL'];

const common = {
  entities: [...journalEntities()],
  extensions: [Migrator],
  migrations: { migrationsList: [{ name: 'Migration20261124000000', class: Migration20261124000000 }] },
  logger: () => {},
};

export default url === undefined
  ? onSqlite({ ...common, dbName: 'demo.db', onCreateConnection: sqliteSetup() })
  : onPostgres({ ...common, clientUrl: url });
