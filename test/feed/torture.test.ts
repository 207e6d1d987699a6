import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { withDatabase } from '../support/postgres.ts';
import { sql } from '../support/sql.ts';
import { type Acknowledged, judge } from './deliveries.ts';
import { byStreamAll, byStreams } from './live-readers.ts';
import { byCursors, byPages, horizon, naive, run } from './readers.ts';
import type { Load, Written } from './writer.ts';

/** Longer runs: FEED_APPENDS=2000 (transactions of each of the 16 writers), FEED_PROCESSES=4. */
const APPENDS = Number(process.env['FEED_APPENDS'] ?? 60);
const THREADS = 50;
const PROCESSES = Number(process.env['FEED_PROCESSES'] ?? 2);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));
const RIGHT = { missed: 0, doubled: 0, phantoms: 0, inverted: 0, acausal: 0 };

async function writeInProcesses(url: string, load: Omit<Load, 'process'>): Promise<readonly Written[]> {
  const children = Array.from({ length: PROCESSES }, (_, index) =>
    fork(WRITER, [url, JSON.stringify({ ...load, process: index })]),
  );
  await Promise.all(children.map(child => once(child, 'message')));
  return Promise.all(children.map(go));
}

async function go(child: ChildProcess): Promise<Written> {
  const written = once(child, 'message') as Promise<[Written]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`writer ended with ${code}`);
  });
  ended.catch(() => {});
  child.send('go');
  const [report] = await Promise.race([written, ended]);
  return report;
}

/** A transaction that stays open in another database of the server, with a transaction id of its own. */
async function openElsewhere(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') });
  await client.connect();
  await client.query('begin');
  await client.query('select pg_current_xact_id()');
  return () => client.end();
}

eachBackend(
  bench => {
    test(`16 writers in ${PROCESSES} processes, 50 threads: readers of the feed and streams miss, double and turn round nothing (SEED=${SEED})`, {
      timeout: 3_600_000,
    }, async () => {
      const postgres = isPostgres(bench.backend);
      await sql(bench.orm, 'create table elsewhere (n int)');
      const release = postgres ? await openElsewhere(bench.database.url) : async () => {};
      const orm = async () => bench.database.openOrm();
      const right = { pages: run(byPages(await orm(), 37)), cursors: run(byCursors(await orm(), 300)) };
      const live = { streamAll: byStreamAll(await orm()), streams: byStreams(await orm(), THREADS) };
      const wrong = postgres ? { naive: run(naive(await orm())), horizon: run(horizon(await orm())) } : undefined;

      // SQLite takes one writer at a time, so that a transaction that waits makes all others wait.
      const written = await writeInProcesses(bench.database.url, {
        ...{ seed: SEED, threads: THREADS, writers: Math.ceil(16 / PROCESSES) },
        ...(postgres ? { appends: APPENDS, delay: 8 } : { appends: Math.ceil(APPENDS / 4), delay: 1 }),
      });
      const acknowledged = written.flatMap(report => report.acknowledged);
      expect(written.flatMap(report => report.failures)).toEqual([]);
      expect(written.reduce((sum, report) => sum + report.rolledBack, 0)).toBeGreaterThan(0);

      const verdicts: Record<string, unknown> = {};
      // The transaction elsewhere is still open: it holds up the horizon, and must not hold up the feed.
      for (const [name, reader] of Object.entries(right)) verdicts[name] = judge(acknowledged, await reader.end());
      for (const [name, reader] of Object.entries(live)) {
        verdicts[name] = judge(acknowledged, await reader.end(acknowledged.length));
        verdicts[`${name} ms`] = reader.latencies(acknowledged);
      }
      const stalled = wrong === undefined ? 0 : judge(acknowledged, wrong.horizon.delivered).missed;
      await release();
      const controls = await controlsOf(acknowledged, wrong);
      const figures = { SEED, acknowledged: acknowledged.length, ...verdicts, stalled, ...controls };
      process.stdout.write(`${bench.backend} ${JSON.stringify(figures)}\n`);

      // Streams of different threads promise nothing about each other.
      const streams = { ...RIGHT, acausal: expect.any(Number) };
      expect(verdicts).toMatchObject({ pages: RIGHT, cursors: RIGHT, streamAll: RIGHT, streams });
      if (!postgres) return;
      expect(controls['naive']?.missed).toBeGreaterThan(0);
      expect(controls['horizon']).toMatchObject({ missed: 0, doubled: 0 });
      expect(controls['horizon']?.inverted).toBeGreaterThan(0);
      expect(controls['horizon']?.acausal).toBeGreaterThan(0);
      expect(stalled).toBe(acknowledged.length);
    });
  },
  { on: sharedBackends },
);

async function controlsOf(
  acknowledged: readonly Acknowledged[],
  wrong: Readonly<Record<string, ReturnType<typeof run>>> = {},
): Promise<Readonly<Record<string, ReturnType<typeof judge>>>> {
  const judged: Record<string, ReturnType<typeof judge>> = {};
  for (const [name, reader] of Object.entries(wrong)) judged[name] = judge(acknowledged, await reader.end());
  return judged;
}

test('the judge sees each fault that there can be', () => {
  const of = (id: string, seq: number, began: number): Acknowledged => ({
    ...{ id, threadId: id.slice(0, 1), seq, began, acked: began + 1 },
  });
  const [a0, a1, b0] = [of('a0', 0, 0), of('a1', 1, 10), of('b0', 0, 20)];
  const all = [a0, a1, b0];
  expect(judge(all, all)).toEqual(RIGHT);
  expect(judge(all, [a0, b0])).toEqual({ ...RIGHT, missed: 1 });
  expect(judge(all, [a0, a1, b0, b0])).toMatchObject({ doubled: 1 });
  expect(judge([a0, a1], [a0, a1, b0])).toEqual({ ...RIGHT, phantoms: 1 });
  expect(judge(all, [a1, a0, b0])).toEqual({ ...RIGHT, inverted: 1, acausal: 1 });
  expect(judge(all, [a0, b0, a1])).toEqual({ ...RIGHT, acausal: 1 });
});
