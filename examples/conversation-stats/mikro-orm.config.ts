import { Migrator } from '@mikro-orm/migrations';
import { defineConfig as onPostgres } from '@mikro-orm/postgresql';
import { defineConfig as onSqlite } from '@mikro-orm/sqlite';
import { journalEntities, sqliteSetup } from 'thread-journal';
import { ConversationStats } from './conversation-stats.ts';
import { Migration20261124000000 } from './migrations/Migration20261124000000.ts';

/** A SQLite file, or PostgreSQL when DATABASE_URL names one. */
const url = process.env['DATABASE_URL'];

const common = {
  entities: [...journalEntities(), ConversationStats],
  extensions: [Migrator],
  migrations: { migrationsList: [{ name: 'Migration20261124000000', class: Migration20261124000000 }] },
  logger: () => {},
};

export default url === undefined
  ? onSqlite({ ...common, dbName: 'stats.db', onCreateConnection: sqliteSetup() })
  : onPostgres({ ...common, clientUrl: url });
