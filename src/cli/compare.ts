import type { Entry, Fields, Journal } from '../index.ts';
import { BadLine } from './exit.ts';
import { stored } from './line-form.ts';
import type { FileEntry } from './parse-line.ts';

/** Entries of one thread that follow each other in the file, from the seq of the first. */
export interface Run {
  /** Each entry a line of its own, or all of them one line. */
  readonly form: 'entry' | 'thread';
  readonly threadId: string;
  readonly metadata: Fields | undefined;
  readonly seq: number;
  readonly line: number;
  readonly entries: readonly FileEntry[];
}

/** Compares the entries recorded from `from` to `to` with those of the run, and tells of each that is equal. */
export async function compare(
  journal: Journal,
  run: Run,
  from: number,
  to: number,
  onEqual: () => void,
): Promise<void> {
  if (from >= to) return;
  let seq = from;
  for await (const recorded of journal.read(run.threadId, { fromSeq: from, toSeq: to })) {
    const mine = run.entries[seq - run.seq];
    if (mine === undefined) break;
    const field = difference(mine, recorded);
    if (field !== undefined) {
      const where = `thread ${JSON.stringify(run.threadId)}, seq ${seq}`;
      throw new BadLine(mine.line, `${where}: the ${field} is not the one recorded there; import it as another thread`);
    }
    seq += 1;
    onEqual();
  }
}

/** An id that the file does not give is no claim: the same entry may have been recorded by the app under its own. */
function difference({ given, kind, payload, refs }: FileEntry, recorded: Entry): string | undefined {
  if (given.id !== undefined && given.id !== recorded.id) return 'id';
  if (kind !== recorded.kind) return 'kind';
  if (payload !== stored(recorded.payload)) return 'payload';
  return refs === stored(recorded.refs) ? undefined : 'refs';
}
