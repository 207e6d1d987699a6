import { beforeAll, expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { cli, type Outcome, parsed } from './cli.ts';

const HOSTILE = '\u001b[2J\u001b]0;pwned\u0007\u009b31m\r\n\u202e\u2066\u0000';
/** The system itself takes no NUL in an argument. */
const ARGUMENT = HOSTILE.replace('\u0000', '');

eachBackend(
  bench => {
    const run = (...args: string[]): Promise<Outcome> =>
      cli([...args, '--url', bench.database.url], { env: { COLUMNS: '90' } });

    beforeAll(async () => {
      const entries = [
        { id: 'a', at: 0, kind: 'message', payload: { role: 'user', content: `Fly me to\nLyon ${'x'.repeat(200)}` } },
        {
          id: 'b',
          at: 1_000,
          kind: 'tool_call',
          payload: {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: '1', type: 'function', function: { name: 'book', arguments: '{"to":"Lyon"}' } }],
          },
        },
        { id: 'c', at: 2_000, kind: 'tool_result', payload: { role: 'tool', name: 'book', content: [{ text: 'ok' }] } },
        { id: 'd', at: 3_000, kind: 'note', payload: { when: new Date(0), big: 1n }, refs: { entryId: 'c' } },
        { id: 'e', at: Number.MAX_SAFE_INTEGER, kind: 'message', payload: { role: HOSTILE, content: HOSTILE } },
        { id: 'f', at: 5_000, kind: 'note', payload: { [HOSTILE]: HOSTILE, map: new Map([[HOSTILE, 1]]) } },
      ];
      await bench.journal.append('trip', entries, { metadata: { tier: 'gold', [HOSTILE]: HOSTILE } });
      await bench.journal.append('other \u202e', [{ id: 'x' }]);
      await bench.journal.append('third', []);
    });

    test('shows a thread: its head, then a line an entry, cut to the terminal', async () => {
      const { code, stdout, stderr } = await run('show', 'trip');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.split('\n');
      expect(lines[0]).toMatch(/^trip {2}rev 6, created \S+Z, updated \S+Z {2}\{"tier":"gold"/);
      expect(lines[1]).toMatch(/^ {5}0 {2}1970-01-01T00:00:00\.000Z {2}message {6}user: Fly me to\\nLyon x+…$/);
      expect(lines[1]).toHaveLength(90);
      expect(lines[2]).toMatch(/tool_call {4}assistant: book\(\{"to":"Lyon"\}\)$/);
      expect(lines[3]).toMatch(/tool_result {2}tool book: ok$/);
      expect(lines[4]).toMatch(/note {9}\{ when: 1970-01-01T00:00:00\.000Z, big: 1n \}$/);
      expect(lines[5]).toMatch(/^ {5}4 {2}9007199254740991 {2}message/);
      expect(lines).toHaveLength(8);
    });

    test('nothing that a terminal would act on comes out, in any form', async () => {
      const commands = [['show', 'trip'], ['show', 'trip', '--json'], ['threads'], ['threads', '--json'], ['export']];
      const outcomes = await Promise.all([...commands, ['show', ARGUMENT], [ARGUMENT]].map(args => run(...args)));
      for (const { stdout, stderr } of outcomes) {
        const unsafe = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
        expect((stdout + stderr).match(unsafe)?.filter(found => found !== '\n') ?? []).toEqual([]);
      }
      expect(outcomes.map(({ stderr }) => stderr.split('\n').length)).toEqual([1, 1, 1, 1, 1, 2, 2]);
    });

    test('shows a part: from a seq, so many, or the last ones', async () => {
      const seqs = async (...flags: string[]): Promise<unknown[]> => {
        const [head, ...entries] = parsed((await run('show', 'trip', '--json', ...flags)).stdout);
        expect(head).toMatchObject({ threadId: 'trip', rev: 6, generation: expect.any(String) });
        return entries.map(({ seq }) => seq);
      };
      expect(await seqs('--from', '2', '--limit', '3')).toEqual([2, 3, 4]);
      expect(await seqs('--tail', '2')).toEqual([4, 5]);
      expect(await seqs('--from', '60')).toEqual([]);
    });

    test('an unknown thread is exit code 1 and a line that says what to do', async () => {
      expect(await run('show', 'nobody')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'there is no thread "nobody": "thread-journal threads" lists what there is\n',
      });
    });

    test('lists threads by id: rev, times and id, or one JSON object a line', async () => {
      const { stdout } = await run('threads');
      expect(stdout.split('\n')[0]).toMatch(/^ {5}REV {2}CREATED +UPDATED +THREAD$/);
      expect(stdout).toMatch(/\n {7}6 {2}\S+Z {2}\S+Z {2}trip\n$/);
      const ids = async (...flags: string[]): Promise<unknown[]> =>
        parsed((await run('threads', '--json', ...flags)).stdout).map(head => head['threadId']);
      expect(await ids()).toEqual(['other \u202e', 'third', 'trip']);
      expect(await ids('--after', 'other \u202e', '--limit', '1')).toEqual(['third']);
      expect(await run('threads', '--after', 'zzz')).toMatchObject({ code: 0, stdout: 'No threads.\n' });
    });
  },
  // What is shown does not depend on the database.
  { on: sharedBackends.slice(0, 1) },
);
