import { CorruptEntryError } from '../errors.ts';
import { type Caller, type HeadRow, missingEntry, type RecordedEntry, readRows, type Store } from '../journal/index.ts';
import { bodyFormat } from './body.ts';
import { Cutter, type Start } from './cutter.ts';
import { type Run, type Segment, sealed } from './segment.ts';
import { removeSegments, type SegmentKey, writeSegments } from './write.ts';

const PAGE = 256;
/** Segments of one write: on SQLite nobody else writes meanwhile. */
const WRITE = 8;

export interface SealTask {
  readonly threadId: string;
  readonly generation: string;
  readonly from: Start;
  /** Segments that a load found not to fit: removed, if they are still what it saw. */
  readonly distrusted: readonly SegmentKey[];
}

/** The thread's rows are not the history that its head stands for. A snapshot would hide that. */
export class HistoryBroken extends Error {}

/**
 * Seals a thread's rows from a place on, up to the rev that its head has now, and says where that is. Rows are read page
 * by page; a thread that is deleted meanwhile, or made again, gets nothing.
 *
 * @throws HistoryBroken when the rows' hash chain does not end in the head's hash; nothing new is sealed then.
 */
export async function sealThread(store: Store, run: Caller, task: SealTask): Promise<number> {
  const { threadId, generation, from } = task;
  const cutter = new Cutter({ threadId, generation }, store.settings.snapshots.segmentEntries, from);
  const written: SegmentKey[] = [];
  let remove = task.distrusted;
  let runs: Run[] = [];
  let segments: readonly Segment[] = [];
  let head: HeadRow | undefined;
  const write = (): Promise<void> =>
    run({ operation: 'seal' }, scope =>
      scope.together(async session => {
        await removeSegments(store, session, remove);
        await writeSegments(store, session, segments);
      }),
    );
  do {
    const part = { fromSeq: cutter.seq, toSeq: head?.rev, limit: PAGE, backward: false, kinds: undefined };
    const page = await run({ operation: 'seal' }, scope =>
      scope.once(session => readRows(store, session, threadId, part)),
    );
    if (page.head?.generation !== generation) return from.seq;
    head ??= page.head;
    try {
      runs.push(...cut(cutter, head, page.entries));
    } catch (cause) {
      [remove, segments] = [written, []];
      await write();
      throw new HistoryBroken('', { cause });
    }
    if (runs.length < WRITE && cutter.seq < head.rev) continue;
    segments = runs.map(each => sealed(each, bodyFormat(store)));
    await write();
    written.push(...segments.map(({ body: _, ...key }) => key));
    [remove, runs] = [[], []];
  } while (cutter.seq < head.rev);
  return cutter.seq;
}

/** The runs that these rows fill; at the end of the history also the last one, once the chain is found to hold. */
function cut(cutter: Cutter, head: HeadRow, rows: readonly RecordedEntry[]): readonly Run[] {
  const before = cutter.seq;
  const filled: (Run | undefined)[] = [];
  for (const row of rows) {
    if (row.seq !== cutter.seq || row.seq >= head.rev) break;
    filled.push(cutter.add(row));
  }
  const threadId = head.thread_id;
  if (cutter.seq >= head.rev) {
    if (cutter.hash !== head.head_hash) {
      throw new CorruptEntryError({ threadId, seq: head.rev - 1, reason: "the hash chain does not end in the head's" });
    }
    filled.push(cutter.rest());
  } else if (cutter.seq === before || cutter.seq !== (rows.at(-1)?.seq ?? 0) + 1) {
    throw missingEntry(threadId, cutter.seq);
  }
  return filled.filter(one => one !== undefined);
}
