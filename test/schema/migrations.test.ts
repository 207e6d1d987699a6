import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEntity, p } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import { describe, expect, test } from 'vitest';
import {
  createStorageTables,
  dropStorageTables,
  EntitiesNotRegisteredError,
  InvalidArgumentError,
  journalEntities,
  type StorageVersion,
  ThreadJournal,
} from '../../src/index.ts';
import { type Orm, sharedBackends } from '../support/backends.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';

interface Tools {
  readonly migrator: { up(): Promise<unknown>; down(): Promise<unknown>; create(path: string): Promise<unknown> };
  readonly schema: { getUpdateSchemaSQL(): Promise<string>; update(): Promise<void> };
}
const tools = (orm: Orm): Tools => orm as unknown as Tools;

function hostMigration(options: StorageVersion): { name: string; class: typeof Migration } {
  class HostMigration extends Migration {
    override up(): void {
      createStorageTables(this, options);
    }
    override down(): void {
      dropStorageTables(this, options);
    }
  }
  return { name: 'HostMigration', class: HostMigration };
}

const User = defineEntity({ name: 'User', properties: { id: p.integer().primary(), name: p.text() } });

async function namesOf(orm: Orm): Promise<readonly string[]> {
  const sqlite = orm.em.getPlatform().constructor.name === 'SqlitePlatform';
  const rows = await sql<{ name: string }>(
    orm,
    sqlite
      ? `select name from sqlite_master where name like '%journal%'`
      : `select relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
         where relname like '%journal%' union all select proname from pg_proc where proname like '%journal%'`,
  );
  return rows.map(row => row.name).sort();
}

eachBackend(
  bench => {
    test('after the migration the schema diff of the host is empty', async () => {
      expect(await tools(bench.orm).schema.getUpdateSchemaSQL()).toBe('');
    });

    test('migration:create then emits the tables of the host only, and after that nothing', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'thread-journal-host-'));
      const orm = await bench.database.openOrm({
        entities: [...journalEntities(), User],
        migrations: { path: folder, snapshot: false, emit: 'ts' },
      });
      await tools(orm).migrator.create(folder);
      const [file = ''] = await readdir(folder);
      const text = await readFile(join(folder, file), 'utf8');
      expect(text).toContain('create table');
      expect(text).toContain('user');
      expect(text).not.toContain('journal');
      await new ThreadJournal(orm).append(bench.id(), [{}]);
      await tools(orm).schema.update();
      expect(await tools(orm).schema.getUpdateSchemaSQL()).toBe('');
      await sql(orm, 'drop table "user"');
      await rm(folder, { recursive: true });
    });

    test('down removes everything it made, and up makes it again', async () => {
      expect(await namesOf(bench.orm)).not.toEqual([]);
      await tools(bench.orm).migrator.down();
      expect(await namesOf(bench.orm)).toEqual([]);
      await tools(bench.orm).migrator.up();
      expect(await tools(bench.orm).schema.getUpdateSchemaSQL()).toBe('');
    });

    describe('the migration refuses, naming what there is,', () => {
      const run = async (options: unknown, entities: unknown = [...journalEntities()]): Promise<unknown> => {
        const orm = await bench.database.openOrm({
          entities,
          migrations: { migrationsList: [], snapshot: false },
        });
        const { class: HostMigration } = hostMigration(options as StorageVersion);
        const migration = new (HostMigration as unknown as new (driver: unknown, config: unknown) => Migration)(
          orm.em.getDriver(),
          orm.em.config,
        );
        return (async () => migration.up())();
      };

      test.each([undefined, {}, { version: 0 }, { version: 2 }, { version: '1' }])('options %j', async options => {
        await expect(run(options)).rejects.toBeInstanceOf(InvalidArgumentError);
        await expect(run(options)).rejects.toThrow(/version: .*: 1/);
      });

      test.each(['a"b', 'jido"; drop schema public cascade; --', 'a.b', 'A', '', 'ä', 'a'.repeat(41), ['a'], 7, null])(
        'schema %j',
        async schema => {
          await expect(run({ version: 1, schema })).rejects.toMatchObject({
            code: 'invalid_argument',
            argument: 'schema',
          });
        },
      );

      test.each(['a"b', "x'; --", 'a.b', 'A', 'a'.repeat(25), ['a'], 7, null])('tablePrefix %j', async tablePrefix => {
        await expect(run({ version: 1, tablePrefix })).rejects.toMatchObject({
          code: 'invalid_argument',
          argument: 'tablePrefix',
        });
      });

      test('a prefix that is not the one of the entities', async () => {
        await expect(run({ version: 1, tablePrefix: 'other_' })).rejects.toMatchObject({ argument: 'tablePrefix' });
        await expect(run({ version: 1 }, [...journalEntities({ tablePrefix: 'other_' })])).rejects.toMatchObject({
          argument: 'tablePrefix',
        });
      });

      test('an ORM that does not know the entities', async () => {
        await expect(run({ version: 1 }, [User])).rejects.toBeInstanceOf(EntitiesNotRegisteredError);
        const orm = await bench.database.openOrm({ entities: [User] });
        expect(() => new ThreadJournal(orm)).toThrow(EntitiesNotRegisteredError);
      });
    });
  },
  // A memory database has one ORM: the files and the server speak for it.
  { on: sharedBackends },
);

test('a hostile schema name in the entities is refused before anything else', () => {
  expect(() => journalEntities({ schema: 'jido"; drop schema public; --' })).toThrow(InvalidArgumentError);
  expect(() => journalEntities({ tablePrefix: 'x y' })).toThrow(InvalidArgumentError);
});

eachBackend(
  bench => {
    /** A second set of tables beside the default one, by its own names. */
    const elsewhere = async (options: { schema?: string; tablePrefix?: string }): Promise<Orm> => {
      const orm = await bench.database.openOrm({
        entities: [...journalEntities(options)],
        migrations: {
          migrationsList: [hostMigration({ version: 1, ...options })],
          snapshot: false,
          tableName: `migrations_${Object.values(options).join('_')}`,
        },
        schemaGenerator: { ignoreSchema: [], skipTables: [/^journal_/, /^migrations_/, /^mikro_orm/] },
      });
      await tools(orm).migrator.up();
      return orm;
    };

    test('a prefix of 24 characters gives tables of its own, with an empty diff and untouched names', async () => {
      const tablePrefix = `${'p'.repeat(23)}_`;
      const orm = await elsewhere({ tablePrefix });
      const journal = new ThreadJournal(orm);
      await journal.append('t', [{}]);
      await journal.append('t', [{ id: 'x' }], { expectedRev: 1 });
      expect((await journal.load('t'))?.rev).toBe(2);
      expect(await bench.journal.load('t')).toBeUndefined();
      await journal.delete('t');
      expect(await journal.load('t')).toBeUndefined();
      const names = (await namesOf(orm)).filter(name => name.startsWith(tablePrefix));
      expect(names.length).toBeGreaterThan(12);
      expect(await tools(orm).schema.getUpdateSchemaSQL()).not.toContain(tablePrefix);
      await tools(orm).migrator.down();
      expect((await namesOf(orm)).filter(name => name.startsWith(tablePrefix))).toEqual([]);
    });

    test('a schema is made when it is not there, holds everything, and is left when the tables go', async () => {
      if (!isPostgres(bench.backend)) {
        await expect(elsewhere({ schema: 'memory' })).rejects.toThrow(/tablePrefix/);
        return;
      }
      const orm = await elsewhere({ schema: 'agents' });
      const journal = new ThreadJournal(orm);
      await journal.append('t', [{ id: 'x' }, {}]);
      await journal.append('t', [{}], { expectedRev: 2 });
      expect((await journal.load('t'))?.rev).toBe(3);
      expect(await bench.journal.load('t')).toBeUndefined();
      await journal.delete('t');
      const count = `select count(*)::int as n from pg_class where relnamespace = 'agents'::regnamespace`;
      expect((await sql<{ n: number }>(orm, count))[0]?.n).toBeGreaterThan(8);
      await tools(orm).migrator.down();
      expect(await sql<{ n: number }>(orm, count)).toEqual([{ n: 0 }]);
    });

    test('the schema of the host’s own config is where the tables go when none is named', async () => {
      if (!isPostgres(bench.backend)) return;
      const orm = await bench.database.openOrm({ schema: 'host_app' });
      await tools(orm).migrator.up();
      const journal = new ThreadJournal(orm);
      await journal.append('t', [{}]);
      expect(await tools(orm).schema.getUpdateSchemaSQL()).not.toContain('journal');
      expect(await sql(orm, `select thread_id from host_app.journal_threads`)).toEqual([{ thread_id: 't' }]);
    });
  },
  { on: sharedBackends },
);
