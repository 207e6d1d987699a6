import { expect, test } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { openOrm, wantedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';

const PLAIN = { onCreateConnection: undefined };

eachBackend(
  bench => {
    const held = async (work: () => Promise<unknown>): Promise<number> => {
      const other = await openOrm(bench.database.url);
      const em = other.em.fork();
      await em.begin();
      await em.execute(`insert into host values (0)`);
      let ticks = 0;
      const ticking = setInterval(() => {
        ticks += 1;
        if (ticks === 10) void em.commit();
      }, 5);
      await work();
      clearInterval(ticking);
      await other.close();
      return ticks;
    };

    test('a host’s statements and transactions wait for another process without stopping the event loop', async () => {
      await sql(bench.orm, 'create table host (n integer)');
      const ticks = await held(() => sql(bench.orm, 'insert into host values (1)'));
      expect(ticks).toBeGreaterThanOrEqual(10);
      const more = await held(() =>
        bench.orm.em.fork().transactional(async em => {
          await em.execute('select count(*) from host');
          await em.execute('insert into host values (2)');
        }),
      );
      expect(more).toBeGreaterThanOrEqual(10);
      expect(await sql(bench.orm, 'select n from host where n > 0')).toEqual([{ n: 1 }, { n: 2 }]);
    });

    test('a write that gets no turn within busyMs fails as the driver would, and the connection goes on', async () => {
      const { sqliteSetup } = await import('../../src/index.ts');
      const impatient = await openOrm(bench.database.url, { onCreateConnection: sqliteSetup({ busyMs: 20 }) });
      const other = bench.orm.em.fork();
      await other.begin();
      await other.execute('insert into host values (3)');
      await expect(sql(impatient, 'insert into host values (4)')).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
      const work = impatient.em.fork().transactional(em => em.execute('insert into host values (4)'));
      await expect(work).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
      await other.rollback();
      await sql(impatient, 'insert into host values (5)');
      await impatient.close();
    });

    test('without it the journal works the same, and leaves the host’s own busy timeout as it was', async () => {
      const orm = await openOrm(bench.database.url, PLAIN);
      await sql(orm, 'pragma busy_timeout = 1234');
      const journal = new ThreadJournal(orm);
      await journal.append('plain', [{}]);
      await Promise.all(Array.from({ length: 10 }, () => journal.append('plain', [{ id: crypto.randomUUID() }])));
      expect(await sql(orm, 'pragma busy_timeout')).toEqual([{ timeout: 1234 }]);
      expect((await journal.load('plain'))?.rev).toBe(11);
      await orm.close();
    });

    test('it is durable: WAL with a sync at each commit', async () => {
      expect(await sql(bench.orm, 'pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
      expect(await sql(bench.orm, 'pragma synchronous')).toEqual([{ synchronous: 2 }]);
    });
  },
  { on: wantedBackends().filter(name => name === 'sqlite') },
);
