import { Migrator } from '@mikro-orm/migrations';
import { defineConfig } from '@mikro-orm/sqlite';
import { journalEntities, sqliteSetup } from 'thread-journal';

export default defineConfig({
  dbName: 'app.db',
  entities: [...journalEntities()], // and your own
  extensions: [Migrator],
  migrations: { path: './migrations', pathTs: './migrations' },
  onCreateConnection: sqliteSetup(),
});
