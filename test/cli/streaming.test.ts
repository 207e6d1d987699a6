import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { BIN, cli, file, folder, jsonl } from './cli.ts';

const ENTRIES = 3_000;
const LINE = 'x'.repeat(32_000);
/** 96 MB go through a heap of 64, of which the command itself takes half. */
const HEAP = '--max-old-space-size=64';

function* entries(): Generator<string> {
  for (let seq = 0; seq < ENTRIES; seq += 1)
    yield jsonl([{ threadId: 'long', seq, kind: 'note', payload: { seq, LINE } }]);
}

eachBackend(
  bench => {
    test('imports and exports a thread larger than its memory, telling how far it is in plain lines', async () => {
      const flags = ['--url', bench.database.url];
      const importing = spawn(process.execPath, [HEAP, BIN, 'import', '-', ...flags]);
      Readable.from(entries()).pipe(importing.stdin);
      const [stdout, stderr, [code]] = await Promise.all([
        text(importing.stdout),
        text(importing.stderr),
        once(importing, 'close'),
      ]);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: '3,000 lines kept: 3,000 entries added, 1 thread created.\n',
      });
      expect(stderr).toMatch(/^([\d.]+ MiB read, [\d,]+ lines kept\n)+$/);
      const output = join(await folder(), 'out.jsonl');
      const nodeFlags = [HEAP];
      for (const format of ['conversations', 'entries']) {
        const args = ['export', '--format', format, '--output', output, '--force', ...flags];
        expect(await cli(args, { nodeFlags })).toEqual({ code: 0, stdout: '', stderr: '' });
        expect((await stat(output)).size).toBeGreaterThan(ENTRIES * LINE.length);
      }
    }, 180_000);

    test('ends quietly when the reader has seen enough', async () => {
      for (const command of ['export', 'show long']) {
        const args = [BIN, ...command.split(' '), '--url', bench.database.url];
        const child = spawn(process.execPath, args);
        const stderr = text(child.stderr);
        child.stdout.once('data', () => child.stdout.destroy());
        const [code] = await once(child, 'close');
        expect({ command, code, stderr: await stderr }).toEqual({ command, code: 0, stderr: '' });
      }
    });
  },
  { on: sharedBackends },
);

test('tells how far it is by the size of the file, unless --json asks for the result alone', async () => {
  const path = await file([...entries()].slice(0, 100).join(''));
  const url = ['--url', `sqlite:${join(await folder(), 'a.db')}`];
  const plain = await cli(['import', path, '--yes', ...url]);
  expect(plain.stderr).toMatch(/^(\d\.\d MiB of 3\.1 MiB read, \d+ lines kept\n)+$/);
  const json = await cli(['import', path, '--json', ...url]);
  expect(json).toEqual({
    code: 0,
    stderr: '',
    stdout: '{"lines":100,"threadsCreated":0,"entriesAdded":0,"entriesAlreadyThere":100}\n',
  });
});
