import type { Caller, RecordedEntry, Store } from '../journal/index.ts';
import type { Group, Range, ScannedHead } from './scan.ts';

/** Rows of one thread, in order. Its last stretch has `ended`; a thread without rows has one stretch of none. */
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

/** The rows of a group's threads, thread by thread: each of its heads ends exactly once. */
export async function* stretchesOf(store: Store, run: Caller, group: Group): AsyncGenerator<Stretch, void, undefined> {
  const heads = new Map(group.heads.map(head => [head.thread_id, head]));
  let open: string | undefined;
  const end = (threadId: string): Stretch => {
    const head = heads.get(threadId);
    heads.delete(threadId);
    return { threadId, head, rows: [], ended: true };
  };
  for await (const page of pagesOf(store, run, group.range)) {
    for (const rows of byThread(page)) {
      const threadId = rows[0]?.threadId ?? '';
      if (open !== undefined && open !== threadId) yield end(open);
      open = threadId;
      yield { threadId, head: heads.get(threadId), rows, ended: false };
    }
  }
  if (open !== undefined) yield end(open);
  for (const threadId of [...heads.keys()]) yield end(threadId);
}

function* byThread(page: readonly Row[]): Generator<readonly Row[], void, undefined> {
  for (let from = 0; from < page.length; ) {
    const { threadId } = page[from] as Row;
    let to = from;
    while (page[to]?.threadId === threadId) to += 1;
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
  const most = Number.MAX_SAFE_INTEGER;
  let next: Promise<readonly Row[]> | undefined =
    'only' in range ? read(range.only, -most) : read(range.after ?? '', most);
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
