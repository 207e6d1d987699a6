import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { BIN, cli, file, folder, jsonl } from './cli.ts';

const ENTRIES = 4_000;
const LINE = 'x'.repeat(32_000);
/** A quarter of what is imported; without anything to import, Node needs about half of this. */
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
        stdout: '4,000 lines kept: 4,000 entries added, 1 thread created.\n',
      });
      expect(stderr).toMatch(/^([\d.]+ MiB read, [\d,]+ lines kept\n)+$/);
      const output = join(await folder(), 'out.jsonl');
      const nodeFlags = [HEAP];
      for (const format of ['conversations', 'entries']) {
        const exported = await cli(['export', '--format', format, '--output', output, '--force', ...flags], {
          nodeFlags,
        });
        expect({ format, exported }).toEqual({ format, exported: { code: 0, stdout: '', stderr: '' } });
      }
      const again = await cli(['import', output, '--json', ...flags], { nodeFlags });
      expect(JSON.parse(again.stdout)).toMatchObject({ entriesAdded: 0, entriesAlreadyThere: ENTRIES });
    });

    test('ends quietly when the reader has seen enough', async () => {
      for (const command of ['export', 'threads', 'show long']) {
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
