import { BadLine } from './exit.ts';

export interface Line {
  /** 1-based, blank lines counted. */
  readonly number: number;
  readonly text: string;
}

/** A line is parsed as a whole, so one line is what an import holds in memory. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const NEWLINE = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The lines of a stream that are not blank, at `\n` only: `readline` also splits at U+2028 and U+2029, which JSON
 * allows inside strings.
 *
 * @throws BadLine for a line that is not UTF-8 or is too long.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let held = 0;
  let number = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      number += 1;
      const text = decode([...parts, chunk.subarray(from, end)], number);
      parts = [];
      held = 0;
      from = end + 1;
      if (text.trim() !== '') yield { number, text };
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    held += chunk.length - from;
    if (held > MAX_LINE_BYTES) {
      const limit = `${MAX_LINE_BYTES / 1024 / 1024} MiB`;
      throw new BadLine(number + 1, `is longer than ${limit}: export such a thread with --format entries`);
    }
    onBytes(chunk.length);
  }
  const text = decode(parts, number + 1);
  if (text.trim() !== '') yield { number: number + 1, text };
}

function decode(parts: readonly Uint8Array[], number: number): string {
  try {
    const text = utf8.decode(Buffer.concat(parts));
    return number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
  } catch {
    throw new BadLine(number, 'is not UTF-8 text');
  }
}
