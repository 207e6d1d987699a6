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

/** Of a page. Two are held at most: the one that is worked on, and the one that is read meanwhile. */
const MOST_ROWS = 1_024;
const MOST_SEQ = 2_147_483_647;
/** A page of entries larger than the ones before it is followed by a shorter one. */
const CHARACTERS = 1_048_576;

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
  // Each form begins in the index right behind the key; another would read a long thread again for each page: one form
  // for both, the upper bound beside the lower one (PostgreSQL then takes the index on the ids), a cast (SQLite).
  const page = `select thread_id as "threadId", seq, entry_id as id, at, kind, payload, refs
  from ${store.tables.entries} where ${'only' in range ? 'thread_id = ? and seq > ?' : '(thread_id, seq) > (?, ?)'}
  order by thread_id, seq limit ?`;
  const upper = 'to' in range && range.to !== undefined ? [range.to] : [];
  const sql = store.dialect.statement(
    upper.length === 0 ? page : `select * from (${page}) page where "threadId" <= ? order by "threadId", seq`,
  );
  const read = (threadId: string, seq: number, rows: number): Promise<Page> => {
    const page = run({ operation: 'read entries' }, scope =>
      scope.once(session => session.run<Row>(sql, [threadId, seq, rows, ...upper])),
    ).then(found => ({ rows: found.map(typed), full: found.length === rows }));
    // Should nobody come for it, its failure is nobody's.
    page.catch(() => {});
    return page;
  };
  let rows = MOST_ROWS / 4;
  let next: Promise<Page> | undefined =
    'only' in range
      ? read(range.only, (range.fromSeq ?? 1 - MOST_SEQ) - 1, rows)
      : read(range.after ?? '', MOST_SEQ, rows);
  while (next !== undefined) {
    const page: Page = await next;
    const last = page.rows.at(-1);
    rows = rowsBehind(page.rows, rows);
    next = last === undefined || !page.full ? undefined : read(last.threadId, last.seq, rows);
    yield page.rows;
  }
}

interface Page {
  readonly rows: readonly Row[];
  /** There may be more. */
  readonly full: boolean;
}

/** How many of such rows are a page. */
function rowsBehind(page: readonly Row[], before: number): number {
  let characters = 1;
  for (const { payload, refs } of page) characters += payload.length + refs.length;
  const fitting = Math.floor((CHARACTERS / characters) * Math.max(page.length, 1));
  return Math.max(16, Math.min(fitting, before * 4, MOST_ROWS));
}

/** The driver's own row; PostgreSQL's drivers give a bigint as text. */
function typed(row: { -readonly [key in keyof Row]: Row[key] }): Row {
  row.at = Number(row.at);
  row.seq = Number(row.seq);
  return row;
}
