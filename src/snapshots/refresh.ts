import {
  type CallOptions,
  caller,
  checkThreadValue,
  entryOf,
  freeze,
  type HeadRow,
  lift,
  metadataOf,
  type RecordedEntry,
  readRows,
  type Store,
  type Thread,
} from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { loadIn } from './load.ts';
import { foldHash } from './whole.ts';

/** Beyond so many new entries, or more than the thread has, `load` is quicker. */
const MAX_NEW = 1_000;

/** What `load` would answer now, at the cost of what is new since `thread`. */
export async function refresh(store: Store, thread: Thread, options: CallOptions = {}): Promise<Thread | undefined> {
  const run = caller(store);
  const { signal } = optionsOf(options);
  checkThreadValue(thread);
  const limit = Math.max(MAX_NEW, thread.rev) + 1;
  const part = { fromSeq: thread.rev, toSeq: undefined, limit, backward: false, kinds: undefined };
  return run({ operation: 'refresh', signal }, async scope => {
    const { head, entries } = await scope.once(session => readRows(store, session, thread.id, part));
    if (head === undefined || !follows(head, thread, entries)) return loadIn(store, scope, thread.id);
    return head.rev === 0 ? undefined : grown(store, head, thread, entries);
  });
}

/** Whether the stored thread is the given one with these rows behind it: its chain, carried on, ends in the head's. */
function follows(head: HeadRow, thread: Thread, rows: readonly RecordedEntry[]): boolean {
  return (
    (thread.generation === undefined || thread.generation === head.generation) &&
    thread.rev + rows.length === head.rev &&
    rows.every((row, index) => row.seq === thread.rev + index) &&
    foldHash({ seq: thread.rev, hash: thread.hash }, rows) === head.head_hash
  );
}

function grown({ settings }: Store, head: HeadRow, thread: Thread, rows: readonly RecordedEntry[]): Thread {
  const facts = {
    id: thread.id,
    generation: head.generation,
    hash: head.head_hash,
    metadata: metadataOf(head),
    createdAt: Number(head.created_at),
    updatedAt: Number(head.updated_at),
  };
  return freeze(facts, [...thread.entries, ...rows.map(row => lift(settings, entryOf(thread.id, row)))]);
}
