import { expect, test } from 'vitest';
import { journalDigest } from '../snapshots/segments.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { cli, folder, type Outcome, parsed } from './cli.ts';

const CANARY = 'canary-payload';
const entries = Array.from({ length: 20 }, (_, n) => ({ payload: { n, text: CANARY } }));

eachBackend(
  bench => {
    const verify = (...args: string[]): Promise<Outcome> => cli(['verify', ...args, '--url', bench.database.url]);

    test('exit code 0 and a count when nothing is wrong', async () => {
      for (const id of ['a', 'b', 'c\u202e']) await bench.journal.append(id, entries);
      for await (const _ of bench.journal.rebuildSnapshots());
      const { code, stdout } = await verify();
      expect([code, stdout]).toEqual([0, '3 threads, 60 entries, 3 segments of snapshots checked.\n']);
      expect((await verify('a', 'b')).stdout).toMatch(/^2 threads, 40 entries, 2 segments/);
    });

    test('exit code 1 and a line a difference; --repair puts snapshots right and leaves the journal alone', async () => {
      await sql(bench.orm, `update journal_snapshots set digest = 'x' where thread_id = 'a'`);
      const journal = await journalDigest(bench.orm);
      const found = await verify();
      expect(found.code).toBe(1);
      expect(found.stdout).toBe(
        'a  seq 0 to 19  segment-damaged: a snapshot that is not as it was made\n3 threads, 60 entries, 3 segments of snapshots checked.\n',
      );
      expect(found.stderr).toMatch(/1 difference in 1 thread: run "thread-journal verify --repair"\n$/);
      const repaired = await verify('--repair', '--json');
      expect(repaired.code).toBe(1);
      expect(parsed(repaired.stdout)).toEqual([
        { threadId: 'a', damage: 'segment-damaged', of: 'snapshot', fromSeq: 0, toSeq: 20, repaired: true },
        { threads: 3, entries: 60, segments: 3, findings: 1, repaired: 1 },
      ]);
      expect((await verify()).code).toBe(0);
      expect(await journalDigest(bench.orm)).toBe(journal);
    });

    test('says that the journal itself is damaged, repairs nothing of it, and shows no payload and no escape', async () => {
      await withoutGuards(bench.orm, async () => {
        await sql(bench.orm, `update journal_entries set payload = '{"${CANARY}' where thread_id = 'b' and seq = 2`);
        await sql(bench.orm, `delete from journal_threads where thread_id like 'c%'`);
      });
      const { code, stdout, stderr } = await verify('--repair');
      expect(code).toBe(1);
      expect(stdout).toMatch(/^b {2}seq 2 {2}entry-undecodable/m);
      expect(stdout).toMatch(/^c\\u202e {2}seq 0 to 19 {2}head-missing/m);
      expect(stderr).toMatch(/the journal itself is damaged/);
      expect(stdout + stderr).not.toContain(CANARY);
      expect((await verify()).code).toBe(1);
      expect((await verify('c\u202e')).stdout).toMatch(/head-missing/);
    });

    test('exit code 2 when it could not run', async () => {
      expect(await verify('nobody')).toMatchObject({ code: 2, stderr: expect.stringMatching(/no thread "nobody"/) });
      const elsewhere = await cli(['verify', '--url', `sqlite:${await folder()}/none.db`]);
      expect(elsewhere.code).toBe(2);
      const wrong = await cli(['verify', '--url', bench.database.url, '--table-prefix', 'other_']);
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
    });
  },
  { on: sharedBackends },
);
