import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { BIN, cli, ENV, parsed } from './cli.ts';

const PATIENT = { timeout: 30_000 };

/** The command while it runs. */
interface Tail {
  /** What it has written, line by line. */
  readonly lines: readonly string[];
  readonly said: readonly string[];
  /** Closes the pipe it writes to, as `head` does when it has enough. */
  leave(): void;
  /** Ends it as Ctrl-C does. */
  interrupt(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

function startTail(...args: readonly string[]): Tail {
  const child = spawn(process.execPath, [BIN, 'tail', ...args], { env: ENV });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const said: string[] = [];
  createInterface(child.stdout).on('line', line => lines.push(line));
  createInterface(child.stderr).on('line', line => said.push(line));
  const ended = Promise.all([once(child, 'close'), text(child.stderr)]).then(([[code], stderr]) => ({ code, stderr }));
  return { lines, said, leave: () => child.stdout.destroy(), interrupt: () => child.kill('SIGINT'), ended };
}

eachBackend(
  bench => {
    const tail = (...args: string[]): Tail => startTail(...args, '--url', bench.database.url);
    const kinds = ['message', 'note', 'note'];
    const some = (count: number) => Array.from({ length: count }, (_, n) => ({ kind: kinds[n % 3], payload: { n } }));

    test('shows the last ten entries of a thread, then each that comes, until Ctrl-C', async () => {
      const { journal } = bench;
      const id = bench.id();
      await journal.append(id, some(12));
      const [plain, notes] = [tail(id), tail(id, '--kinds', 'message, error', '--json', '--from-seq', '4')];
      await expect.poll(() => plain.lines, PATIENT).toHaveLength(10);
      await journal.append(id, some(2));
      await expect.poll(() => plain.lines, PATIENT).toHaveLength(12);
      expect(plain.lines[0]).toMatch(/^ {5}2 {2}\S+Z {2}note {9}\{"n":2\}$/);
      expect(plain.lines[11]).toMatch(/^ {4}13 {2}\S+Z {2}note {9}\{"n":1\}$/);
      await expect.poll(() => notes.lines, PATIENT).toHaveLength(3);
      const found = parsed(notes.lines.join('\n'));
      expect(found.map(({ threadId, seq, kind }) => [threadId, seq, kind])).toEqual(
        [6, 9, 12].map(seq => [id, seq, 'message']),
      );
      if (isPostgres(bench.backend)) {
        await sql(
          bench.orm,
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'thread-journal listen' and datname = current_database()`,
        );
        await expect.poll(() => plain.said, PATIENT).toEqual([expect.stringMatching(/^degraded: /), 'live again']);
      }
      for (const one of [plain, notes]) one.interrupt();
      expect((await plain.ended).code).toBe(0);
      expect((await notes.ended).code).toBe(0);
    });

    test('--all shows what comes, in all threads; with --after what came since', async () => {
      const { journal } = bench;
      const [before, id] = [bench.id(), `${bench.id()}\u202e`];
      await journal.append(before, some(3));
      const [plain, json] = [tail('--all'), tail('--all', '--json')];
      // When they begin nobody can know; they have when they show something.
      const begun = async (): Promise<boolean> => {
        await journal.append(id, some(1));
        return plain.lines.length > 0 && json.lines.length > 0;
      };
      await expect.poll(begun, PATIENT).toBe(true);
      const { rev } = await journal.append(id, some(1));
      const lastOf = ({ lines }: Tail): number =>
        Number(
          /"seq":(\d+)| {2}(\d+) {2}/
            .exec(lines.at(-1) ?? '')
            ?.slice(1)
            .join(''),
        );
      for (const one of [plain, json]) await expect.poll(() => lastOf(one), PATIENT).toBe(rev - 1);
      expect(plain.lines[0]).toMatch(/^t-\d+\\u202e {2} +\d+ {2}\S+Z {2}message {6}\{"n":0\}$/);
      const [first] = parsed<{ cursor: string; threadId: string; seq: number }>(json.lines.join('\n'));
      expect(first).toMatchObject({ threadId: id, cursor: expect.any(String) });
      for (const one of [plain, json]) one.interrupt();
      expect(await Promise.all([plain.ended, json.ended])).toEqual([
        { code: 0, stderr: '' },
        { code: 0, stderr: '' },
      ]);
      const rest = tail('--all', '--json', '--after', first?.cursor ?? '');
      await expect.poll(() => rest.lines.length, PATIENT).toBe(rev - 1 - (first?.seq ?? 0));
      // Nobody reads any more: it ends by itself, with the next entry.
      rest.leave();
      await journal.append(id, some(1));
      expect(await rest.ended).toEqual({ code: 0, stderr: '' });
    });

    test('waits for a thread that is not there yet, and says so; ends with exit code 1 when it is deleted', async () => {
      const id = bench.id();
      const one = tail(id);
      await expect
        .poll(() => one.said, PATIENT)
        .toEqual([`there is no thread "${id}" yet: waiting for its first entry`]);
      await bench.journal.append(id, some(1));
      await expect.poll(() => one.lines, PATIENT).toHaveLength(1);
      await bench.journal.delete(id);
      const { code, stderr } = await one.ended;
      expect({ code, last: stderr.split('\n').at(-2) }).toEqual({
        code: 1,
        last: `Thread "${id}" was deleted while it was read (after seq 0).`,
      });
    });
  },
  { on: sharedBackends },
);

test('says which flags go together', async () => {
  const refused = async (...args: string[]) => (await cli(['tail', ...args, '--url', 'sqlite:none.db'])).stderr;
  expect(await Promise.all([refused(), refused('a', '--all'), refused('--all', '--from-seq', '1')])).toEqual([
    'say which thread, or --all\n',
    'say which thread, or --all\n',
    '--from-seq is of one thread; --all goes with --after\n',
  ]);
});
