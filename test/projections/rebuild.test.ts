import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Handle, type ProjectionEvent, Projector, sqliteSetup, ThreadJournal } from '../../src/index.ts';
import { Random } from '../snapshots/random.ts';
import { type Database, type Orm, sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { createTally, entities, isUpToDate, numbered, openHost, tallies, tally, until } from './tally.ts';

/** A host whose swaps are slow: there is time for the old version to go on, if it can, before the new one takes its place. */
async function openSlowly(database: Database): Promise<{ orm: Orm; journal: ThreadJournal }> {
  type Execute = (query: { readonly sql: string }, ...rest: unknown[]) => Promise<unknown>;
  const orm = await database.openOrm({
    entities,
    onCreateConnection: async (connection: { executeQuery: Execute }) => {
      if (database.backend !== 'postgresql') await sqliteSetup()(connection);
      const execute = connection.executeQuery.bind(connection);
      connection.executeQuery = async (query, ...rest) => {
        // Of ours alone: the handler's transactions begin in other words.
        if (/^begin (immediate|isolation)/.test(query.sql)) await new Promise(resolve => setTimeout(resolve, 60));
        return execute(query, ...rest);
      };
    },
  });
  // Statements go through that connection, and not past it.
  return { orm, journal: new ThreadJournal(orm, { preparedStatements: false }) };
}

eachBackend(
  bench => {
    let orm: Orm;
    let journal: ThreadJournal;
    const random = new Random(7);
    beforeAll(async () => {
      await createTally(bench.orm);
      ({ orm, journal } = await openHost(bench.database));
    });
    afterEach(async () => {
      for await (const { threadId } of journal.threads()) await journal.delete(threadId);
      await sql(orm, 'delete from tally');
    });

    const projector = (name: string, version: number, handle: Handle = tally, on = journal, batch = 10) =>
      new Projector({ journal: on, projection: { name, version }, handle, batch, leaseMs: 300 });
    const statuses = async (name: string) =>
      (await journal.projections())
        .filter(build => build.name === name)
        .map(({ version, status }) => [version, status]);

    test('a version is not to be read before it has caught up', async () => {
      const name = bench.id();
      await journal.append('a', numbered(35));
      const seen: (number | undefined)[] = [];
      const watching: Handle = async (entries, em, context) => {
        seen.push(await journal.liveVersion(name));
        await tally(entries, em, context);
      };
      await projector(name, 1, watching).catchUp();
      expect(seen).toEqual([undefined, undefined, undefined, undefined]);
      expect(await journal.liveVersion(name)).toBe(1);
      await projector(name, 2, watching).catchUp();
      expect(seen.slice(4)).toEqual([1, 1, 1, 1]);
      expect(await journal.liveVersion(name)).toBe(2);
      expect(await statuses(name)).toEqual([
        [1, 'retired'],
        [2, 'live'],
      ]);
      expect(await tallies(orm, 2)).toEqual(await tallies(orm, 1));
    });

    test('what the world could see is off until a version is live, and on from then on', async () => {
      const name = bench.id();
      const sent: string[] = [];
      const handle: Handle = async (entries, em, context) => {
        await tally(entries, em, context);
        if (!context.replay) sent.push(...entries.map(({ seq }) => `v${context.version} ${seq}`));
      };
      await journal.append('mails', numbered(25));
      await projector(name, 1, handle).catchUp();
      await journal.append('mails', numbered(2));
      await projector(name, 1, handle).catchUp();
      await projector(name, 2, handle).catchUp();
      await journal.append('mails', numbered(1));
      await projector(name, 2, handle).catchUp();
      expect(sent).toEqual(['v1 25', 'v1 26', 'v2 27']);
    });

    test('a retired version is not run again, nor one below the live one', async () => {
      const name = bench.id();
      await projector(name, 2).catchUp();
      await projector(name, 5).catchUp();
      const retired = { code: 'projection_retired', projection: name };
      await expect(projector(name, 2).catchUp()).rejects.toMatchObject({ ...retired, version: 2 });
      await expect(projector(name, 3).run()).rejects.toMatchObject({ ...retired, version: 3 });
      expect(await statuses(name)).toEqual([
        [2, 'retired'],
        [5, 'live'],
      ]);
    });

    test('a builder that dies between stopping the live version and taking its place stops it for its lease only', async () => {
      const name = bench.id();
      await journal.append('b', numbered(5));
      const end = new AbortController();
      const old = projector(name, 1).run({ signal: end.signal });
      await until('version 1 is live', async () => (await journal.liveVersion(name)) === 1);
      // As it would have left it: the live version's lease is its own, and runs out.
      await sql(
        orm,
        `update journal_projections set owner = 'dead', fence = fence + 1, lease_until = 0 where name = '${name}'`,
      );
      await journal.append('b', numbered(5));
      await until('it runs on', async () => (await tallies(orm))['b']?.[0] === 10);
      end.abort();
      await old;
    });

    test('rebuilt under load it is equal, and readers of the live version never miss anything they could see before', async () => {
      const name = bench.id();
      const VERSIONS = 4;
      const other = await openSlowly(bench.database);
      const end = new AbortController();
      /** Every version runs on when it is live, until the next one takes its place. */
      const runs: Promise<unknown>[] = [];
      const start = (version: number, on = journal): void => {
        const run = projector(name, version, tally, on, 100).run({ signal: end.signal });
        runs.push(run.catch((error: { code?: string }) => error.code));
      };
      // At the very moment of a swap: what the old version has and the new one lacks.
      const behind: Promise<number>[] = [];
      const listen = (message: unknown): void => {
        const event = message as ProjectionEvent;
        if (event.name !== name || event.event !== 'live') return;
        const lacking = sql<{ n: number | string }>(
          orm,
          `select count(*) as n from tally o left join tally n on n.version = o.version + 1 and n.thread_id = o.thread_id
where o.version = ${event.version - 1} and coalesce(n.entries, 0) < o.entries`,
        );
        behind.push(lacking.then(([row]) => Number(row?.n)));
      };
      subscribe('thread-journal:projection', listen);
      onTestFinished(() => {
        unsubscribe('thread-journal:projection', listen);
      });
      start(1);
      await journal.append('t-0', numbered(300));
      await until('version 1 is live', async () => (await journal.liveVersion(name)) === 1);

      let stop = false;
      onTestFinished(() => {
        stop = true;
        end.abort();
      });
      let threads = 1;
      const writer = (async () => {
        while (!stop) {
          const thread = random.below(4) === 0 ? threads++ : random.below(threads);
          await journal.append(`t-${thread}`, numbered(1 + random.below(3)));
          await new Promise(resolve => setTimeout(resolve, 15));
        }
      })();
      const known = new Map<string, number>();
      const missed = { live: 0, newest: 0 };
      const switched = new Set<number>();
      const reader = (async () => {
        while (!stop) {
          // The live version and its rows in one statement: one state.
          const rows = await sql<{ version: number; thread_id: string; entries: number }>(
            orm,
            `select version, thread_id, entries from tally where version =
  (select version from journal_projections where name = '${name}' and status = 'live')`,
          );
          const newest = new Set(
            (
              await sql<{ thread_id: string }>(
                orm,
                `select thread_id from tally where version = (select max(version) from journal_projections where name = '${name}')`,
              )
            ).map(row => row.thread_id),
          );
          const now = new Map(rows.map(row => [row.thread_id, Number(row.entries)]));
          for (const { version } of rows) switched.add(Number(version));
          for (const [threadId, entries] of known) {
            if ((now.get(threadId) ?? 0) < entries) missed.live += 1;
            if (!newest.has(threadId)) missed.newest += 1;
          }
          for (const [threadId, entries] of now) known.set(threadId, entries);
          await new Promise(resolve => setTimeout(resolve, 4));
        }
      })();
      for (let version = 2; version <= VERSIONS; version += 1) {
        await until('there is something to build', () => threads > version * 2);
        start(version, other.journal);
        await until('it is live', async () => (await journal.liveVersion(name)) === version, 60_000);
        await until('readers have switched', () => switched.has(version));
      }
      stop = true;
      await Promise.all([writer, reader]);
      await until('all is handled', () => isUpToDate(orm, journal, VERSIONS));
      await Promise.all(runs.slice(0, -1));
      end.abort();
      expect(await Promise.all(runs)).toEqual([
        ...Array.from({ length: VERSIONS - 1 }, () => 'projection_retired'),
        undefined,
      ]);
      expect(await Promise.all(behind)).toEqual(Array.from({ length: VERSIONS }, () => 0));
      expect(missed.live).toBe(0);
      // A reader that takes the newest version, live or not, sees rows go missing: this one looks closely enough.
      expect(missed.newest).toBeGreaterThan(0);
    }, 180_000);
  },
  { on: sharedBackends },
);
