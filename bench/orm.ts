import { Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { MikroORM as SqliteOrm } from '@mikro-orm/sqlite';
import { createStorageTables, journalEntities, sqliteSetup } from '../src/index.ts';

/** What the bench needs of either driver's ORM. */
export interface Orm {
  readonly em: SqlEntityManager;
  close(force?: boolean): Promise<void>;
}

class CreateJournal extends Migration {
  override up(): void {
    createStorageTables(this, { version: 1 });
  }
}

/** A host's ORM as the README sets it up. */
export async function openOrm(url: string, options: Record<string, unknown> = {}): Promise<Orm> {
  const common = {
    entities: [...journalEntities()],
    extensions: [Migrator],
    migrations: { migrationsList: [{ name: 'CreateJournal', class: CreateJournal }], snapshot: false },
    allowGlobalContext: true,
    logger: () => {},
  };
  const orm = url.startsWith('sqlite:')
    ? SqliteOrm.init({
        ...common,
        dbName: url.slice('sqlite:'.length),
        onCreateConnection: sqliteSetup(),
        ...options,
      } as never)
    : PostgresOrm.init({ ...common, clientUrl: url, ...options } as never);
  return (await orm) as unknown as Orm;
}

export async function migrate(url: string): Promise<void> {
  const orm = await openOrm(url);
  await (orm as unknown as { readonly migrator: { up(): Promise<unknown> } }).migrator.up();
  await orm.close();
}

/** For the rows that say NORMAL: a host that trades the last commits at a power cut for speed. */
export async function setNormal(orm: Orm): Promise<void> {
  await orm.em.getConnection().execute('pragma synchronous = normal');
}
