import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { collect, eachBackend, isPostgres } from '../support/each-backend.ts';
import { startProxy } from '../support/proxy.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { cli, folder, type Outcome } from './cli.ts';

type Found = Readonly<Record<string, { readonly result: string; readonly says: string }>>;

/** What was found, by name. */
function found({ stdout }: Outcome): Found {
  const { checks } = JSON.parse(stdout) as { checks: { name: string; result: string; says: string }[] };
  return Object.fromEntries(checks.map(({ name, ...rest }) => [name, rest]));
}

const problemsOf = (all: Found): string[] => Object.keys(all).filter(name => all[name]?.result === 'problem');

eachBackend(
  bench => {
    const doctor = (...flags: string[]): Promise<Outcome> => cli(['doctor', ...flags, '--url', bench.database.url]);
    /** The server of these tests has no fsync, for speed; one of DATABASE_URL may. */
    const unsafe = async (): Promise<boolean> => {
      const setting = `select setting from pg_settings where name = 'fsync'`;
      return isPostgres(bench.backend) && (await sql<{ setting: string }>(bench.orm, setting))[0]?.setting === 'off';
    };

    test('finds no problem where there is none, and says what would lose data where there is', async () => {
      await bench.journal.append('t', [{}, {}]);
      const outcome = await doctor('--json', '--after-restore');
      const all = found(outcome);
      expect(all).toMatchObject({
        version: {
          result: 'ok',
          says: expect.stringMatching(/^thread-journal \S+, Node \S+, (PostgreSQL|SQLite) [\d.]+/),
        },
        renewed: { result: 'ok', says: 'nothing to renew' },
        tables: { result: 'ok', says: expect.stringMatching(/^8 tables, \d+ indexes, 7 guards, all there$/) },
        feed: { result: 'ok' },
      });
      expect(all['notifications']?.result).toBe(isPostgres(bench.backend) ? 'ok' : undefined);
      if (await unsafe()) {
        expect(problemsOf(all)).toEqual(['durability']);
        expect(all['durability']?.says).toMatch(/^fsync off: a crash can take back/);
        expect(outcome).toMatchObject({ code: 1, stderr: '1 problem\n' });
      } else {
        expect(problemsOf(all)).toEqual([]);
        expect(outcome).toMatchObject({ code: 0, stderr: '' });
      }
    });

    test.runIf(isPostgres(bench.backend))(
      'a restored journal is found, and renewed once by --after-restore',
      async () => {
        const { journal, orm } = bench;
        await journal.append('restored', [{}, {}]);
        const xid = `((xid::text)::bigint + 4000000000)::text::xid8`;
        await withoutGuards(orm, () =>
          sql(orm, `update journal_entries set xid = ${xid} where thread_id = 'restored'`),
        );
        await expect(collect(journal.readAll())).rejects.toMatchObject({ code: 'feed_unavailable' });
        const before = await doctor();
        expect(before.code).toBe(1);
        expect(before.stdout).toMatch(
          /^problem {2}feed +The journal was restored .*"thread-journal doctor --after-restore"/m,
        );
        const after = await doctor('--after-restore');
        expect(after.stdout).toMatch(/^ok {7}renewed +2 entries, nothing else was changed$/m);
        expect(after.stdout).toMatch(/^ok {7}feed +can be read$/m);
        expect(await collect(journal.readAll())).not.toEqual([]);
      },
    );

    test.runIf(isPostgres(bench.backend))(
      'notifications that a pooler swallows are a warning, with what to do',
      async () => {
        const proxy = await startProxy(bench.database.url);
        proxy.dropNotifications();
        const all = found(await cli(['doctor', '--json', '--url', proxy.url]));
        expect(all['notifications']).toEqual({
          result: 'warning',
          says: expect.stringContaining('live: { listenUrl }'),
        });
        expect(problemsOf(all)).toEqual((await unsafe()) ? ['durability'] : []);
        await proxy.close();
      },
    );

    test.runIf(!isPostgres(bench.backend))(
      "looks at the app's own connection when it is given its config",
      async () => {
        const configured = async (setup: string): Promise<Found> => {
          const cwd = await folder();
          await writeFile(
            join(cwd, 'host.mjs'),
            `import { SqliteDriver } from ${JSON.stringify(import.meta.resolve('@mikro-orm/sqlite'))};
           import { journalEntities, sqliteSetup } from ${JSON.stringify(pathToFileURL('src/index.ts').href)};
           const dbName = ${JSON.stringify(bench.database.url.slice('sqlite:'.length))};
           export default { driver: SqliteDriver, dbName, entities: [...journalEntities()], ${setup} };`,
          );
          return found(await cli(['doctor', '--json', '--config', 'host.mjs'], { cwd }));
        };
        const [bare, setUp] = await Promise.all([configured(''), configured('onCreateConnection: sqliteSetup()')]);
        expect(bare['durability']).toEqual({
          result: 'problem',
          says: expect.stringMatching(/^synchronous = NORMAL: a power cut can take back .* sqliteSetup\(\)/),
        });
        expect(setUp['durability']).toEqual({ result: 'ok', says: 'WAL; synchronous = FULL' });
      },
    );

    // Last: it does damage.
    test('names what is missing or switched off', async () => {
      const { orm, backend } = bench;
      await sql(orm, 'drop index journal_entries_xid_index');
      const missing = ['index journal_entries_xid_index'];
      if (isPostgres(backend)) {
        await sql(orm, 'alter table journal_entries disable trigger journal_entries_guard');
        await sql(orm, 'alter table journal_entries drop constraint journal_entries_id_unique');
        missing.unshift('index journal_entries_id_unique');
        missing.push('trigger journal_entries_guard');
      } else {
        await sql(orm, 'drop trigger journal_entries_guard_update');
        missing.push('trigger journal_entries_guard_update');
      }
      const [damaged, elsewhere] = await Promise.all([doctor(), doctor('--table-prefix', 'other_')]);
      expect(damaged.code).toBe(1);
      expect(damaged.stdout).toContain(`problem  tables         missing or switched off: ${missing.join(', ')};`);
      expect(damaged.stdout).toMatch(/^ok {7}feed/m);
      expect(elsewhere.code).toBe(1);
      expect(elsewhere.stdout).toMatch(/^problem {2}tables +none there: run "thread-journal migrate"/m);
      expect(elsewhere.stdout).not.toMatch(/feed/);
    });
  },
  { on: sharedBackends },
);
