import { setImmediate, setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { backends, openOrm } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { type OwnServer, ownServer } from '../support/own-server.ts';
import { startProxy } from '../support/proxy.ts';
import { gather } from './gather.ts';

/** The bad news comes after so many milliseconds at most, plus half of it. */
const heartbeatMs = 200;
const wait = { timeout: 20_000 };

eachBackend(
  bench => {
    test('losing every notification loses no entry, and the status says so', async () => {
      const proxy = await startProxy(bench.database.url);
      proxy.dropNotifications();
      const heard: string[] = [];
      const control = new pg.Client({ connectionString: proxy.url });
      const direct = new pg.Client({ connectionString: bench.database.url });
      for (const [name, client] of Object.entries({ control, direct })) {
        await client.connect();
        await client.query('listen thread_journal_journal_entries');
        client.on('notification', () => heard.push(name)).on('error', () => {});
      }
      const journal = new ThreadJournal(bench.orm, { live: { listenUrl: proxy.url, heartbeatMs } });
      const other = new ThreadJournal(await bench.database.openOrm());
      const threadId = bench.id();
      const status = gather(journal.status$);
      const streams = [gather(journal.stream(threadId)), gather(journal.streamAll())];
      await vi.waitFor(() => expect(status.items.at(-1)).toBe('degraded'), wait);
      for (let index = 0; index < 20; index += 1) await other.append(threadId, [{}]);
      await vi.waitFor(() => expect(streams.map(({ items }) => items.length)).toEqual([20, 20]), wait);
      expect(status.items.slice(1)).not.toContain('live');
      expect(heard).toContain('direct');
      expect(heard).not.toContain('control');
      await Promise.all([journal.close(), other.close(), control.end(), direct.end(), proxy.close()]);
    });

    test('a connection that is open and dead is noticed and replaced', async () => {
      const proxy = await startProxy(bench.database.url);
      const journal = new ThreadJournal(bench.orm, { live: { listenUrl: proxy.url, heartbeatMs } });
      const other = new ThreadJournal(await bench.database.openOrm());
      const threadId = bench.id();
      const status = gather(journal.status$);
      const stream = gather(journal.stream(threadId));
      await vi.waitFor(() => expect(status.items.at(-1)).toBe('live'), wait);
      proxy.freeze();
      await vi.waitFor(() => expect(status.items.at(-1)).toBe('degraded'), wait);
      await other.append(threadId, [{}]);
      await vi.waitFor(() => expect(stream.items.length).toBe(1), wait);
      proxy.unfreeze();
      await vi.waitFor(() => expect(status.items.at(-1)).toBe('live'), wait);
      await other.append(threadId, [{}]);
      await vi.waitFor(() => expect(stream.items.length).toBe(2), wait);
      await Promise.all([journal.close(), other.close(), proxy.close()]);
    });

    test('a notification that is being sent holds up no host that closes its ORM', async () => {
      const orm = await bench.database.openOrm();
      const journal = new ThreadJournal(orm);
      const connection = orm.em.getConnection() as unknown as { getNativeClient(): Promise<pg.Pool> };
      const pool = await connection.getNativeClient();
      await journal.append(bench.id(), [{}]);
      await journal.append(bench.id(), [{}]);
      // The second append's notification waits for its turn. Meanwhile all connections are taken, so that the next notification opens another: while it does, the host closes.
      while (pool.idleCount < pool.totalCount) await setImmediate();
      const before = pool.totalCount;
      const taken = Array.from({ length: before }, () => pool.query('select pg_sleep(0.5)'));
      for (const end = performance.now() + 300; pool.totalCount === before && performance.now() < end; ) {
        await setImmediate();
      }
      expect(pool.totalCount).toBe(before + 1);
      const closed = orm.close(true).then(() => 'closed');
      expect(await Promise.race([closed, setTimeout(5_000, 'waits for ever')])).toBe('closed');
      await Promise.all(taken);
    });

    test('a stuck appender delays its own thread only', async () => {
      const { journal } = bench;
      const stuck = bench.id();
      const streams = Array.from({ length: 8 }, () => bench.id()).map(id => ({ id, ...gather(journal.stream(id)) }));
      const feed = gather(journal.streamAll());
      const before = feed.items.length;
      await bench.orm.em.fork().transactional(async () => {
        await journal.append(stuck, [{}]);
        const outside = new ThreadJournal(await bench.database.openOrm());
        const waits = outside.append(stuck, [{}]);
        for (let round = 0; round < 20; round += 1) {
          await Promise.all(streams.map(({ id }) => outside.append(id, [{}])));
        }
        await vi.waitFor(() => expect(feed.items.length - before).toBeGreaterThanOrEqual(160), wait);
        await vi.waitFor(() => expect(streams.map(({ items }) => items.length)).toEqual(Array(8).fill(20)), wait);
        expect(await Promise.race([waits, setTimeout(0, 'still waiting')])).toBe('still waiting');
        void waits.then(() => outside.close());
      });
      await vi.waitFor(async () => expect((await journal.head(stuck))?.rev).toBe(2), wait);
      feed.subscription.unsubscribe();
      for (const { subscription } of streams) subscription.unsubscribe();
    });
  },
  { on: backends.filter(name => name === 'postgresql') },
);

describe.skipIf(!backends.includes('postgresql'))('a server of its own', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await ownServer();
  }, 60_000);
  afterAll(() => server?.remove());

  test('streams outlive crashes of the server, miss nothing and are told of no error', {
    timeout: 120_000,
  }, async () => {
    const orm = await openOrm(server.url);
    const journal = new ThreadJournal(orm, { live: { heartbeatMs } });
    const status = gather(journal.status$);
    const stream = gather(journal.stream('t'));
    const feed = gather(journal.streamAll());
    let ended = false;
    const acknowledged: string[] = [];
    const writer = (async () => {
      const append = new ThreadJournal(orm);
      for (let index = 0; !ended; index += 1) {
        const id = `entry-${index}`;
        // Safe to repeat, whatever became of it.
        for (;;) {
          const done = await append.append('t', [{ id }]).then(
            () => true,
            () => false,
          );
          if (done) break;
          await setTimeout(20);
        }
        acknowledged.push(id);
      }
    })();
    for (let crash = 0; crash < 5; crash += 1) {
      const before = acknowledged.length;
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), wait);
      server.stop('immediate');
      await vi.waitFor(() => expect(status.items.at(-1)).toBe('degraded'), wait);
      server.start();
    }
    await vi.waitFor(() => expect(status.items.at(-1)).toBe('live'), wait);
    ended = true;
    await writer;
    await vi.waitFor(
      () => expect([stream.items.length, feed.items.length]).toEqual([acknowledged.length, acknowledged.length]),
      wait,
    );
    expect(stream.items.map(({ id }) => id)).toEqual(acknowledged);
    expect([stream.end, feed.end]).toEqual([undefined, undefined]);
    await journal.close();
    await orm.close(true);
  });
});
