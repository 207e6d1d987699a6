import type { Journal } from '../index.ts';
import type { Run } from './compare.ts';
import { BadLine } from './exit.ts';
import { type FileEntry, type FileLine, parseLine } from './parse-line.ts';
import type { Line } from './read-lines.ts';
import { type ImportCount, storeRun } from './store-run.ts';

/** As many entries, or characters of lines, wait for one append at most. */
const MAX_ENTRIES = 1_000;
const MAX_LENGTH = 4 * 1024 * 1024;

/** Lines of one entry each that go on in one thread: they are stored by one append. */
interface Pending extends Run {
  readonly entries: FileEntry[];
  readonly ids: Set<string>;
  length: number;
}

/**
 * Imports line by line, in order. Memory: one line, one append, and a few bytes a thread for lines that give an entry
 * without its seq. `count` is right at any moment, also after an error.
 *
 * @throws BadLine at the first line that cannot be kept: all before it are, and none after it.
 */
export async function importLines(journal: Journal, lines: AsyncIterable<Line>, count: ImportCount): Promise<void> {
  const nextSeq = new Map<string, number>();
  let pending: Pending | undefined;
  const flush = async (): Promise<void> => {
    const run = pending;
    pending = undefined;
    if (run !== undefined) await storeRun(journal, run, count);
  };
  try {
    for await (const text of lines) {
      const line = parseLine(text);
      const seq = line.seq ?? nextSeq.get(line.threadId) ?? 0;
      if (line.seq === undefined) nextSeq.set(line.threadId, seq + 1);
      if (pending !== undefined && !joins(pending, line, seq)) await flush();
      if (line.form === 'thread') {
        await storeRun(journal, { ...line, seq, line: line.number }, count);
      } else {
        pending ??= { ...line, seq, line: line.number, entries: [], ids: new Set(), length: 0 };
        add(pending, line, text.text.length);
      }
    }
  } catch (error) {
    // The lines before the bad one may still wait for their append; should it fail, that is the earlier problem.
    if (error instanceof BadLine) await flush();
    throw error;
  }
  await flush();
}

/** Not when it would be too much, and not when an id came twice: that would refuse the lines before it too. */
function joins(pending: Pending, line: FileLine, seq: number): boolean {
  const { threadId, entries, ids, length } = pending;
  if (line.form !== 'entry' || line.threadId !== threadId || line.metadata !== undefined) return false;
  if (seq !== pending.seq + entries.length || entries.length >= MAX_ENTRIES || length >= MAX_LENGTH) return false;
  return !line.entries.some(({ given }) => given.id !== undefined && ids.has(given.id));
}

function add(pending: Pending, line: FileLine, length: number): void {
  for (const entry of line.entries) {
    pending.entries.push(entry);
    if (entry.given.id !== undefined) pending.ids.add(entry.given.id);
  }
  pending.length += length;
}
