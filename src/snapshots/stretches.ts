import type { Caller, RecordedEntry, Store } from '../journal/index.ts';
import type { Group, Range, ScannedHead } from './scan.ts';

/** Rows of one thread, in order. Its last stretch has `ended`; a thread without rows has that one alone. */
export interface Stretch {
  readonly threadId: string;
  /** Undefined: there are entries, but there was no head when the group's heads were read. */
  readonly head: ScannedHead | undefined;
  readonly rows: readonly RecordedEntry[];
  readonly ended: boolean;
}

type Row = RecordedEntry & { readonly threadId: string };

/** As many rows are held twice at most: those that are worked on, and those that are read meanwhile. */
const ROWS = 512;

/** The rows of a group's threads, thread by thread, in the order of their ids: each of its heads ends exactly once. */
export async function* stretchesOf(store: Store, run: Caller, group: Group): AsyncGenerator<Stretch, void, undefined> {
  const heads = [...group.heads];
  let open: string | undefined;
  for await (const page of pagesOf(store, run, group.range)) {
    for (const rows of byThread(page)) {
      const threadId = rows[0]?.threadId ?? '';
      yield* ended(heads, open, threadId);
      open = threadId;
      const head = heads[0]?.thread_id === threadId ? heads[0] : undefined;
      yield { threadId, head, rows, ended: false };
    }
  }
  yield* ended(heads, open, undefined);
}

/** The ends of what comes before `next`. Heads that have ended are taken off the list. */
function* ended(
  heads: ScannedHead[],
  open: string | undefined,
  next: string | undefined,
): Generator<Stretch, void, undefined> {
  if (open !== undefined && open !== next && heads[0]?.thread_id !== open) {
    yield { threadId: open, head: undefined, rows: [], ended: true };
  }
  for (let [head] = heads; head !== undefined; [head] = heads) {
    if (next !== undefined && compareIds(head.thread_id, next) >= 0) return;
    heads.shift();
    yield { threadId: head.thread_id, head, rows: [], ended: true };
  }
}

/** The order of UTF-8 bytes, as the tables have it. */
export function compareIds(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function* byThread(page: readonly Row[]): Generator<readonly Row[], void, undefined> {
  for (let from = 0; from < page.length; ) {
    const threadId = page[from]?.threadId;
    let to = from;
    while (to < page.length && page[to]?.threadId === threadId) to += 1;
    yield page.slice(from, to);
    from = to;
  }
}

/** Pages by key; while one is worked on, the next is read. */
async function* pagesOf(store: Store, run: Caller, range: Range): AsyncGenerator<readonly Row[], void, undefined> {
  // Each form begins in the index right behind the key; a form for both would read a long thread again for each page.
  const place =
    'only' in range
      ? { where: 'thread_id = ? and seq > cast(? as bigint)', upper: [] }
      : {
          where: `(thread_id, seq) > (?, cast(? as bigint))${range.to === undefined ? '' : ' and thread_id <= ?'}`,
          upper: range.to === undefined ? [] : [range.to],
        };
  const sql = store.dialect.statement(
    `select thread_id, seq, entry_id, at, kind, payload, refs from ${store.tables.entries}
where ${place.where} order by thread_id, seq limit ?`,
  );
  const read = (threadId: string, seq: number): Promise<readonly Row[]> => {
    const page = run({ operation: 'read entries' }, scope =>
      scope.once(session => session.run<EntryRow>(sql, [threadId, seq, ...place.upper, ROWS])),
    ).then(rows => rows.map(toRow));
    // Should nobody come for it, its failure is nobody's.
    page.catch(() => {});
    return page;
  };
  const most = Number.MAX_SAFE_INTEGER - 1;
  let next: Promise<readonly Row[]> | undefined =
    'only' in range ? read(range.only, (range.fromSeq ?? -most) - 1) : read(range.after ?? '', most);
  while (next !== undefined) {
    const page: readonly Row[] = await next;
    const last = page.at(-1);
    next = last === undefined || page.length < ROWS ? undefined : read(last.threadId, last.seq);
    yield page;
  }
}

interface EntryRow {
  readonly thread_id: string;
  readonly seq: number;
  readonly entry_id: string;
  readonly at: number | string;
  readonly kind: string;
  readonly payload: string;
  readonly refs: string;
}

function toRow({ thread_id, seq, entry_id, at, kind, payload, refs }: EntryRow): Row {
  return { threadId: thread_id, seq: Number(seq), id: entry_id, at: Number(at), kind, payload, refs };
}
