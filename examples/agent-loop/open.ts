import { defineEntity, MikroORM, p } from '@mikro-orm/core';
import { Migration, Migrator } from '@mikro-orm/migrations';
import { defineConfig as onPostgres } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { defineConfig as onSqlite } from '@mikro-orm/sqlite';
import { createStorageTables, journalEntities, sqliteSetup } from 'thread-journal';

/** A table of the app's own. */
export const Booking = defineEntity({
  name: 'Booking',
  tableName: 'booking',
  properties: { reference: p.string().primary() },
});

class CreateTables extends Migration {
  override up(): void {
    createStorageTables(this, { version: 1 });
    this.addSql('create table "booking" ("reference" varchar(255) not null primary key)');
  }
}

/** A SQLite file in the current folder, or the empty PostgreSQL database that DATABASE_URL names. */
export async function open(): Promise<{ em: SqlEntityManager; close(): Promise<void> }> {
  const url = process.env['DATABASE_URL'];
  const common = {
    entities: [...journalEntities(), Booking],
    extensions: [Migrator],
    migrations: { migrationsList: [{ name: 'CreateTables', class: CreateTables }], snapshot: false },
    logger: () => {},
  };
  const config =
    url === undefined
      ? onSqlite({ ...common, dbName: 'agent-loop.db', onCreateConnection: sqliteSetup() })
      : onPostgres({ ...common, clientUrl: url });
  const orm = await MikroORM.init(config as object);
  await orm.migrator.up();
  return orm as never;
}
