import { DuplicateEntryError, type Journal, type NewEntry, RevConflictError, type ThreadHead } from '../index.ts';
import { compare, type Run } from './compare.ts';
import { BadLine } from './exit.ts';
import { derivedId, stored } from './line-form.ts';

export interface ImportCount {
  lines: number;
  threadsCreated: number;
  entriesAdded: number;
  entriesAlreadyThere: number;
}

const MAX_ENTRIES = 1_000;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Brings the thread to hold the run: compares what it has already, appends what it lacks. Guarded by the rev, so that
 * an append of somebody else in between is seen and compared too.
 *
 * @throws BadLine at the first entry that differs, or that the journal refuses; the lines before it are kept.
 */
export async function storeRun(journal: Journal, run: Run, count: ImportCount): Promise<void> {
  let done = 0;
  let refused: Refusal | undefined;
  const keep = (entries: number, how: 'entriesAdded' | 'entriesAlreadyThere'): void => {
    done += entries;
    count[how] += entries;
    if (run.form === 'entry') count.lines += entries;
  };
  for (;;) {
    const head = await journal.head(run.threadId);
    const next = run.seq + done;
    checkHead(run, head, next);
    const known = Math.min(head?.rev ?? 0, run.seq + run.entries.length);
    await compare(journal, run, next, known, () => keep(1, 'entriesAlreadyThere'));
    if (refused !== undefined && done >= refused.at) throw refused.problem;
    if (done === run.entries.length && head !== undefined) break;
    const chunk = chunkOf(run, done, refused?.at ?? run.entries.length);
    const outcome = await append(journal, run, done, chunk);
    if (outcome === 'conflict') continue;
    if (typeof outcome === 'object') {
      refused = outcome;
      continue;
    }
    count.threadsCreated += outcome === 'created' && head === undefined ? 1 : 0;
    keep(chunk.length, outcome === 'created' ? 'entriesAdded' : 'entriesAlreadyThere');
    if (done === run.entries.length) break;
  }
  if (run.form === 'thread') count.lines += 1;
}

/** The entry of the run that the journal refuses, and with it every append that holds it. */
interface Refusal {
  readonly at: number;
  readonly problem: BadLine;
}

function checkHead({ threadId, metadata, entries, line }: Run, head: ThreadHead | undefined, next: number): void {
  const rev = head?.rev ?? 0;
  const thread = `thread ${JSON.stringify(threadId)}`;
  if (rev < next) {
    const at = entries[0]?.line ?? line;
    throw new BadLine(at, `${thread} has ${rev} entries, so seq ${next} cannot follow: import the ones between first`);
  }
  if (head === undefined || metadata === undefined) return;
  if (stored(metadata) === stored(head.metadata)) return;
  throw new BadLine(line, `${thread} exists with other metadata, which cannot change: give the one it has, or none`);
}

function chunkOf(run: Run, done: number, end: number): readonly NewEntry[] {
  const chunk: NewEntry[] = [];
  let bytes = 0;
  for (const [at, { given, payload, refs }] of run.entries.slice(done, Math.min(end, done + MAX_ENTRIES)).entries()) {
    bytes += Buffer.byteLength(payload) + Buffer.byteLength(refs);
    if (bytes > MAX_BYTES) break;
    chunk.push({ ...given, id: given.id ?? derivedId(run.threadId, run.seq + done + at) });
  }
  return chunk;
}

async function append(
  journal: Journal,
  { threadId, metadata, seq, entries, line, form }: Run,
  done: number,
  chunk: readonly NewEntry[],
): Promise<'created' | 'repeat' | 'conflict' | Refusal> {
  const lineOf = (at: number): number => entries[at]?.line ?? line;
  try {
    const result = await journal.append(threadId, chunk, { expectedRev: seq + done, metadata });
    const first = result.entries[0];
    if (first === undefined || first.seq === seq + done) return result.created ? 'created' : 'repeat';
    const reason = `entry ${JSON.stringify(first.id)} is recorded in this thread already, at seq ${first.seq}`;
    throw new BadLine(lineOf(done), reason);
  } catch (error) {
    if (error instanceof RevConflictError) return 'conflict';
    if (!(error instanceof DuplicateEntryError)) throw error;
    const ids: ReadonlySet<unknown> = new Set(error.entryIds);
    const at =
      done +
      Math.max(
        0,
        chunk.findIndex(({ id }) => ids.has(id)),
      );
    // Of a conversation that cannot be kept, nothing is; of single entries, those before it are.
    if (form === 'thread') throw new BadLine(line, error.message);
    return { at, problem: new BadLine(lineOf(at), error.message) };
  }
}
