import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { type Orm, openOrm, wantedBackends } from '../support/backends.ts';
import { collect } from '../support/each-backend.ts';
import { type OwnServer, ownServer } from '../support/own-server.ts';
import { sql } from '../support/sql.ts';

describe.runIf(wantedBackends().includes('postgresql'))('a PostgreSQL that crashes, stands by and is promoted', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await ownServer();
  });
  afterAll(() => server.remove());

  /** A server that ends closes the connections of its clients, so each part has its own. */
  async function withJournal<T>(work: (journal: ThreadJournal, orm: Orm) => Promise<T>): Promise<T> {
    const orm = await openOrm(server.url);
    try {
      return await work(new ThreadJournal(orm), orm);
    } finally {
      await orm.close(true);
    }
  }
  const rest = (after?: string): Promise<number> =>
    withJournal(async journal => (await collect(journal.readAll({ after }))).length);

  test('an entry whose transaction has an id that a crash took back from another is not passed over', async () => {
    // Nothing writes the log but commits, so that the crash forgets the transaction that rolled back.
    await withJournal(async (_journal, orm) => {
      for (const setting of [`wal_writer_delay = '10s'`, 'autovacuum = off'])
        await sql(orm, `alter system set ${setting}`);
      await sql(orm, 'select pg_reload_conf()');
    });
    const { cursor, snapshot } = await withJournal(async (journal, orm) => {
      await journal.append('before', [{}]);
      const em = orm.em.fork();
      await em.begin();
      await journal.within(em).append('forgotten', [{}]);
      await em.rollback();
      const [row] = await sql<{ snapshot: string }>(orm, 'select pg_current_snapshot()::text as snapshot');
      return { cursor: (await collect(journal.readAll())).at(-1)?.cursor, snapshot: row?.snapshot ?? '' };
    });
    server.stop('immediate');
    server.start();
    await withJournal(async (journal, orm) => {
      await journal.append('reused', [{}]);
      // The control: for the server's own snapshot of before the crash, this entry was there already.
      const [row] = await sql<{ seen: boolean }>(
        orm,
        `select pg_visible_in_snapshot(xid, '${snapshot}') as seen from journal_entries where thread_id = 'reused'`,
      );
      expect(row).toEqual({ seen: true });
    });
    expect(await rest(cursor)).toBe(1);
    await withJournal(async journal => {
      for (const threadId of ['before', 'reused']) await journal.delete(threadId);
    });
  });

  test('cursors outlive a crash, are refused on a standby, and after a promotion', async () => {
    const cursors = await withJournal(async (journal, orm) => {
      for (let n = 0; n < 5; n += 1) await journal.append(`t-${n}`, [{}, {}]);
      const em = orm.em.fork();
      await em.begin();
      await journal.within(em).append('rolled-back', [{}]);
      await em.rollback();
      // What is read last before the crash: transactions of which nothing may be left.
      return (await collect(journal.readAll())).map(({ cursor }) => cursor);
    });

    server.stop('immediate');
    server.start();
    await withJournal(journal => journal.append('after-crash', [{}]));
    for (const [index, cursor] of cursors.entries()) expect(await rest(cursor)).toBe(10 - index);

    server.stop('fast');
    await server.makeStandby();
    server.start();
    const standby = { code: 'feed_unavailable', reason: 'standby' };
    await expect(rest()).rejects.toMatchObject(standby);
    await expect(rest(cursors[0])).rejects.toMatchObject(standby);
    expect(await withJournal(journal => journal.load('t-1'))).toMatchObject({ rev: 2 });

    server.promote();
    const changed = { code: 'cursor_epoch_changed', reason: 'other-database' };
    await expect(rest(cursors[0])).rejects.toMatchObject(changed);
    expect(await rest()).toBe(11);
    await withJournal(async (journal, orm) => {
      await journal.append('promoted', [{}]);
      const [, second] = await collect(journal.readAll());
      expect(await rest(second?.cursor)).toBe(10);
      // The control file may name the old timeline until now; the cursor must not have been made of it.
      await sql(orm, 'checkpoint');
      expect(await rest(second?.cursor)).toBe(10);
    });
    await expect(rest(cursors[9])).rejects.toMatchObject(changed);
  });
});
