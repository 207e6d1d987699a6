import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { cli, folder, jsonl, type Outcome, parsed } from './cli.ts';

eachBackend(
  bench => {
    const exporting = (...args: string[]): Promise<Outcome> => cli(['export', '--url', bench.database.url, ...args]);

    async function thread(): Promise<string> {
      const id = bench.id();
      const entries = [
        { id: 'a', at: 1, kind: 'message', payload: { role: 'user', content: 'hi' } },
        { id: 'b', at: 2, kind: 'note', payload: { text: 'x' }, refs: { entryId: 'a' } },
      ];
      await bench.journal.append(id, entries, { metadata: { tier: 'gold' } });
      return id;
    }

    test('writes a line a thread, or a line an entry with the metadata at the first', async () => {
      const id = await thread();
      const [a, b] = [
        { id: 'a', at: 1, kind: 'message', payload: { role: 'user', content: 'hi' } },
        { id: 'b', at: 2, kind: 'note', payload: { text: 'x' }, refs: { entryId: 'a' } },
      ];
      const metadata = { tier: 'gold' };
      const stdout = jsonl([{ threadId: id, metadata, entries: [a, b] }]);
      expect(await exporting(id)).toEqual({ code: 0, stdout, stderr: '' });
      expect((await exporting(id, '--format', 'entries')).stdout).toBe(
        jsonl([
          { threadId: id, seq: 0, ...a, metadata },
          { threadId: id, seq: 1, ...b },
        ]),
      );
    });

    test('writes chat messages as they were, and refuses a thread that holds anything else', async () => {
      const [chat, mixed] = [bench.id(), await thread()];
      const messages = [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, tool_calls: [{ id: '1', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: '1', content: 'ok' },
      ];
      const input = jsonl([{ threadId: chat, metadata: { n: 1 }, messages }]);
      await cli(['import', '-', '--url', bench.database.url], { input });
      expect((await exporting(chat, '--format', 'messages')).stdout).toBe(input);
      const refused = await exporting(mixed, '--format', 'messages');
      expect(refused).toEqual({
        code: 1,
        stdout: '',
        stderr: `thread "${mixed}", seq 1 (note) is not a chat message: export it with --format conversations\n`,
      });
    });

    test('writes a thread without entries in every format', async () => {
      const id = bench.id();
      await bench.journal.append(id, [], { metadata: { n: 1 } });
      const empty = { threadId: id, metadata: { n: 1 } };
      for (const format of ['conversations', 'entries']) {
        expect(parsed((await exporting(id, '--format', format)).stdout)).toEqual([{ ...empty, entries: [] }]);
      }
      expect(parsed((await exporting(id, '--format', 'messages')).stdout)).toEqual([{ ...empty, messages: [] }]);
    });

    test('writes the threads named, in that order; an unknown one is named and nothing is written', async () => {
      const [a, b] = [await thread(), await thread()];
      expect(parsed((await exporting(b, a)).stdout).map(line => line['threadId'])).toEqual([b, a]);
      expect(await exporting(a, 'nobody')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'there is no thread "nobody": "thread-journal threads" lists what there is\n',
      });
    });
  },
  { on: sharedBackends },
);

eachBackend(
  bench => {
    const exporting = (...args: string[]): Promise<Outcome> => cli(['export', '--url', bench.database.url, ...args]);
    const thread = async (): Promise<string> => (await bench.journal.append(bench.id(), [{}, {}])).threadId;

    test('writes a file only when it is whole, and replaces one only with --force', async () => {
      const [id, into] = [await thread(), await folder()];
      const output = join(into, 'out.jsonl');
      expect(await exporting(id, '--output', output)).toEqual({ code: 0, stdout: '', stderr: '' });
      const whole = await readFile(output, 'utf8');
      expect(whole).toBe((await exporting(id)).stdout);
      const refused = await exporting('--output', output);
      expect(refused).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/out\.jsonl exists: .*--force/),
      });
      const failed = await exporting('nobody', '--output', output, '--force');
      expect(failed.code).toBe(1);
      expect(await readFile(output, 'utf8')).toBe(whole);
      await writeFile(output, 'old');
      expect((await exporting(id, '--output', output, '--force')).code).toBe(0);
      expect(await readFile(output, 'utf8')).toBe(whole);
      expect(await readdir(into)).toEqual(['out.jsonl']);
    });

    test('never writes through a link, into a folder that is not there, or over anything but a file', async () => {
      const [id, into] = [await thread(), await folder()];
      const target = join(into, 'target');
      await writeFile(target, 'keep me');
      await symlink(target, join(into, 'link'));
      await mkdir(join(into, 'directory'));
      for (const name of ['link', 'directory', 'none/out.jsonl']) {
        const { code, stderr } = await exporting(id, '--output', join(into, name), '--force');
        expect({ name, code, stderr }).toEqual({
          name,
          code: 2,
          stderr: expect.stringMatching(/^[^\n]*(not a regular file|folder does not exist)[^\n]*\n$/),
        });
      }
      expect(await readFile(target, 'utf8')).toBe('keep me');
      expect((await readdir(into)).sort()).toEqual(['directory', 'link', 'target']);
      // A thread's name is never part of a file's name.
      await bench.journal.append('../../escaped', [{}]);
      await exporting('../../escaped', '--output', join(into, 'out.jsonl'));
      expect(existsSync(join(into, '../../escaped'))).toBe(false);
    });
  },
  // What becomes of a file does not depend on the database.
  { on: sharedBackends.slice(0, 1) },
);
