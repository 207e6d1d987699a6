import { expect, test } from 'vitest';
import { rebuilt, snapshotDigest } from '../snapshots/segments.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { cli, folder, type Outcome } from './cli.ts';

const CANARY = 'canary-payload';
const entries = Array.from({ length: 300 }, (_, n) => ({ payload: { n, text: CANARY } }));

eachBackend(
  bench => {
    const rebuild = (...args: string[]): Promise<Outcome> => cli(['rebuild', ...args, '--url', bench.database.url]);

    test('makes all snapshots, says what it did, and finds nothing to do the second time', async () => {
      for (const id of ['a', 'b']) await bench.journal.append(id, entries);
      await bench.journal.append('c', [{}]);
      const dry = await rebuild('--all', '--dry-run');
      expect(dry.stdout).toBe(
        '3 threads, 601 entries: 5 segments would be written, 0 right already, 0 would be removed.\n',
      );
      const first = await rebuild('--all');
      expect(first.code).toBe(0);
      expect(first.stdout).toBe('3 threads, 601 entries: 5 segments written, 0 right already, 0 removed.\n');
      const digest = await snapshotDigest(bench.orm);
      const again = await rebuild('--all', '--json');
      expect(again).toEqual({ code: 0, stderr: '', stdout: expect.any(String) });
      expect(JSON.parse(again.stdout)).toEqual({
        threads: 3,
        entries: 601,
        written: 0,
        kept: 5,
        removed: 0,
        damaged: [],
        dryRun: false,
      });
      await rebuilt(bench.journal);
      expect(await snapshotDigest(bench.orm)).toBe(digest);
    });

    test('takes thread ids, or a time', async () => {
      await sql(bench.orm, 'delete from journal_snapshots');
      expect((await rebuild('a', 'c')).stdout).toMatch(/^2 threads, 301 entries: 3 segments written/);
      expect((await rebuild('--since', '2999-01-01')).stdout).toMatch(/^0 threads, 0 entries: 0 segments written/);
      expect((await rebuild('--since', '0')).stdout).toMatch(/^3 threads, .* 2 segments written, 3 right already/);
    });

    test.each([
      [[], /say which threads/],
      [['a', '--all'], /not both/],
      [['a', '--since', '0'], /not both/],
      [['--since', 'yesterday'], /no instant/],
      [['--since', '1e3'], /no instant/],
      [['--bogus'], /unknown option/],
    ])('refuses %j, with exit code 2 and one line', async (args, line) => {
      const { code, stdout, stderr } = await rebuild(...args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(line);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });

    test('names a thread that is not there, and does nothing', async () => {
      await sql(bench.orm, 'delete from journal_snapshots');
      const { code, stderr } = await rebuild('a', 'nobody');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/no thread "nobody"/)]);
      expect(await sql(bench.orm, 'select * from journal_snapshots')).toEqual([]);
    });

    test('names a thread whose history does not hold, with exit code 1, and makes the others', async () => {
      await bench.journal.append('d', entries);
      await withoutGuards(bench.orm, () =>
        sql(bench.orm, `update journal_entries set payload = '{"${CANARY}":1}' where thread_id = 'd' and seq = 2`),
      );
      const { code, stdout, stderr } = await rebuild('--all');
      expect(code).toBe(1);
      expect(stdout).toMatch(/5 segments written/);
      expect(stderr).toMatch(/does not hold, so nothing was made, of "d": run "thread-journal verify"/);
      expect(stdout + stderr).not.toContain(CANARY);
    });
  },
  { on: sharedBackends },
);

test('a SQLite file that is not there is not made', async () => {
  const missing = `sqlite:${await folder()}/none.db`;
  for (const args of [['rebuild', '--all'], ['verify'], ['stats']]) {
    const { code, stderr } = await cli([...args, '--url', missing]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/does not exist/)]);
  }
});
