import { expect, test } from 'vitest';
import { type Line, readLines } from '../../src/cli/read-lines.ts';

async function linesOf(bytes: Uint8Array, chunk: number): Promise<Line[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const lines: Line[] = [];
  for await (const line of readLines(chunks())) lines.push(line);
  return lines;
}

test('splits at newlines only, wherever the chunks end, and counts blank lines', async () => {
  const bytes = Buffer.from('\ufeffa\u2028b\u2029\u0085\r\n\n  \n{"é":"👩‍👩‍👧"}\nlast');
  for (let chunk = 1; chunk <= bytes.length; chunk += 1) {
    expect(await linesOf(bytes, chunk)).toEqual([
      { number: 1, text: 'a\u2028b\u2029\u0085\r' },
      { number: 4, text: '{"é":"👩‍👩‍👧"}' },
      { number: 5, text: 'last' },
    ]);
  }
});

test('names the line that is not UTF-8, and gives those before it', async () => {
  const bytes = Buffer.concat([Buffer.from('good\n'), Buffer.from([0xc3, 0x28, 0x0a]), Buffer.from('good\n')]);
  await expect(linesOf(bytes, 4)).rejects.toThrow('line 2: is not UTF-8 text');
});

test('an empty file has no lines', async () => {
  expect(await linesOf(Buffer.from(''), 1)).toEqual([]);
  expect(await linesOf(Buffer.from('\n\n'), 1)).toEqual([]);
});
