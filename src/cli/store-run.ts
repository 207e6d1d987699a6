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
 * @throws BadLine at the first entry that differs, or that the journal refuses; what came before it is kept.
 */
export async function storeRun(journal: Journal, run: Run, count: ImportCount): Promise<void> {
  let done = 0;
  for (;;) {
    const head = await journal.head(run.threadId);
    const next = run.seq + done;
    checkHead(run, head, next);
    const known = Math.min(head?.rev ?? 0, run.seq + run.entries.length);
    const compared = await compare(journal, run, next, known);
    count.entriesAlreadyThere += compared;
    done += compared;
    if (done === run.entries.length && head !== undefined) return;
    const chunk = chunkOf(run, done);
    const added = await append(journal, run, done, chunk);
    if (added === 'conflict') continue;
    count.threadsCreated += added === 'created' && head === undefined ? 1 : 0;
    count[added === 'created' ? 'entriesAdded' : 'entriesAlreadyThere'] += chunk.length;
    done += chunk.length;
    if (done === run.entries.length) return;
  }
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

function chunkOf(run: Run, done: number): readonly NewEntry[] {
  const chunk: NewEntry[] = [];
  let bytes = 0;
  for (const [at, { given, payload, refs }] of run.entries.slice(done, done + MAX_ENTRIES).entries()) {
    bytes += Buffer.byteLength(payload) + Buffer.byteLength(refs);
    if (bytes > MAX_BYTES) break;
    chunk.push({ ...given, id: given.id ?? derivedId(run.threadId, run.seq + done + at) });
  }
  return chunk;
}

async function append(
  journal: Journal,
  { threadId, metadata, seq, entries, line }: Run,
  done: number,
  chunk: readonly NewEntry[],
): Promise<'created' | 'repeat' | 'conflict'> {
  const at = entries[done]?.line ?? line;
  try {
    const result = await journal.append(threadId, chunk, { expectedRev: seq + done, metadata });
    const first = result.entries[0];
    if (first === undefined || first.seq === seq + done) return result.created ? 'created' : 'repeat';
    throw new BadLine(at, `entry ${JSON.stringify(first.id)} is recorded in this thread already, at seq ${first.seq}`);
  } catch (error) {
    if (error instanceof RevConflictError) return 'conflict';
    if (error instanceof DuplicateEntryError) {
      const ids = new Set(error.entryIds);
      const bad = entries.find(({ given }) => given.id !== undefined && ids.has(given.id));
      throw new BadLine(bad?.line ?? at, error.message);
    }
    throw error;
  }
}
