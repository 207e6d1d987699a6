import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { printable } from '../../src/cli/terminal.ts';
import { journalEntities, type NewEntry, ThreadJournal } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { sameValue } from '../values/same-value.ts';
import { cli, folder, type Outcome, parsed } from './cli.ts';

const AIRLINE = fileURLToPath(new URL('../../../shared/data/airline-conversations.jsonl', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../examples/conversations.jsonl', import.meta.url));

/** Own `__proto__`, integer-like keys out of order, all that JSON would escape or lose. */
const PLAIN = JSON.parse('{"2":1,"1":2,"__proto__":{"x":1},"$rich":[1],"":0}') as Record<string, unknown>;
const TEXT = {
  nul: '\u0000',
  lone: '\ud800 \udfff',
  lines: '\n\r\u2028\u2029\u0085',
  escape: '\u001b[2J\u009b',
  bom: '\ufeff',
};

const HOSTILE: readonly NewEntry[] = [
  { payload: PLAIN },
  { payload: TEXT, refs: TEXT },
  { payload: { ...TEXT, when: new Date(-1), bad: new Date(Number.NaN) }, refs: { big: 2n ** 70n } },
  {
    payload: {
      zero: -0,
      nan: Number.NaN,
      least: Number.NEGATIVE_INFINITY,
      none: undefined,
      holes: Object.assign([], { 0: 1, 2: 3 }),
    },
  },
  { payload: { map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1n, '1', 1])]]), bytes: new Uint8Array([0, 255]) } },
  { payload: { url: new URL('https://u:p@h/?q#f'), regexp: /a\/b\n/giu, floats: new Float64Array([-0, Number.NaN]) } },
  { payload: { $rich: 'devalue', payload: ['devalue', [1]], devalue: ['devalue', [{ a: 1 }]] } },
  { payload: { big: 2 ** 63, bigger: 1e308, small: 5e-324, safe: Number.MAX_SAFE_INTEGER } },
  { at: Number.MIN_SAFE_INTEGER, kind: 'ключ 🗝', id: '../../etc/passwd "\\', payload: {} },
];

eachBackend(
  bench => {
    const run = (...args: string[]): Promise<Outcome> => cli([...args, '--url', bench.database.url]);
    const intoCopy = async (prefix: string, file: string): Promise<Outcome> =>
      run('import', file, '--yes', '--json', '--table-prefix', prefix);
    const facts = async (journal: ThreadJournal): Promise<unknown> =>
      (await collect(journal.threads())).map(({ threadId, rev, hash, metadata }) => ({
        threadId,
        rev,
        hash,
        metadata,
      }));

    test.each(['conversations', 'entries'])(
      'hostile values come back equal through %s, byte for byte',
      async format => {
        const [id, prefix] = [bench.id(), `${format}_`];
        const metadata = { ...TEXT, since: new Date(0), $rich: 1n };
        await bench.journal.append(id, HOSTILE, { metadata });
        await bench.journal.append(`${id}-empty`, [], { metadata });
        const path = join(await folder(), 'out.jsonl');
        expect(await run('export', '--format', format, '--output', path)).toEqual({ code: 0, stdout: '', stderr: '' });
        // Each line is one line for any reader of lines, and safe to look at.
        const text = await readFile(path, 'utf8');
        expect(printable(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
        expect(await intoCopy(prefix, path)).toMatchObject({ code: 0, stderr: '' });

        const orm = await bench.database.openOrm({ entities: [...journalEntities({ tablePrefix: prefix })] });
        const copy = new ThreadJournal(orm);
        // The hash covers the stored text of all entries.
        expect(await facts(copy)).toEqual(await facts(bench.journal));
        const [original, copied] = await Promise.all([bench.journal, copy].map(journal => collect(journal.read(id))));
        expect(sameValue(copied, original)).toBe(true);
        expect(sameValue((await copy.head(id))?.metadata, metadata)).toBe(true);
      },
    );

    test('the sample conversations come back as they are in the file', async () => {
      const flags = ['--table-prefix', 'sample_'];
      await intoCopy('sample_', SAMPLE);
      const sample = await readFile(SAMPLE, 'utf8');
      const kinds = parsed<{ entries: { kind: string }[] }>(sample).flatMap(({ entries }) => entries.map(e => e.kind));
      expect(new Set(kinds)).toEqual(new Set(['message', 'tool_call', 'tool_result', 'error', 'note']));
      const { stdout } = await run('export', ...flags);
      expect(byThread(stdout)).toEqual(byThread(sample));
    });

    const there = existsSync(AIRLINE);
    test.skipIf(!there)(
      `200 real conversations come back equal, and twice is once${there ? '' : ` (skipped: ${AIRLINE} is not there)`}`,
      async () => {
        const flags = ['--table-prefix', 'airline_'];
        const first = await intoCopy('airline_', AIRLINE);
        expect(JSON.parse(first.stdout)).toEqual({
          lines: 200,
          threadsCreated: 200,
          entriesAdded: 5_308,
          entriesAlreadyThere: 0,
        });
        const { stdout } = await run('export', '--format', 'messages', ...flags);
        expect(byThread(stdout)).toEqual(byThread(await readFile(AIRLINE, 'utf8')));
        expect((await run('import', AIRLINE, ...flags)).stdout).toMatch(
          /^200 lines kept: nothing to add, 5,308 entries/,
        );
      },
    );
  },
  { on: sharedBackends },
);

function byThread(text: string): Map<unknown, unknown> {
  return new Map(parsed(text).map(line => [line['threadId'], line]));
}
