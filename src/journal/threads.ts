import { InvalidArgumentError } from '../errors.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { caller } from './calls.ts';
import type { Erasure, ThreadHead } from './entry.ts';
import type { CallOptions, ErasuresOptions, ThreadsOptions } from './journal.ts';
import { HEAD_COLUMNS, type HeadRow, toHead } from './rows.ts';
import type { Store } from './store.ts';

const PAGE = 256;

/** The thread's head, also when it has no entries yet. */
export async function head(store: Store, threadId: string, options: CallOptions = {}): Promise<ThreadHead | undefined> {
  const run = caller(store);
  const { signal } = optionsOf(options);
  checkId(threadId, 'threadId');
  const sql = store.dialect.statement(`select ${HEAD_COLUMNS} from ${store.tables.threads} where thread_id = ?`);
  const [row] = await run({ operation: 'head', signal }, scope =>
    scope.once(session => session.run<HeadRow>(sql, [threadId])),
  );
  return row === undefined ? undefined : toHead(row);
}

/** Every head, by thread id, bytewise. */
export function threads(store: Store, options: ThreadsOptions = {}): AsyncIterable<ThreadHead> {
  const sql = `select ${HEAD_COLUMNS} from ${store.tables.threads} where thread_id > ? order by thread_id limit ?`;
  return pages<HeadRow, ThreadHead>(
    store,
    { operation: 'threads', sql, options },
    {
      start: () => [options.after === undefined ? '' : checkId(options.after, 'after')],
      keyOf: row => [row.thread_id],
      convert: toHead,
    },
  );
}

interface ErasureRow {
  readonly thread_id: string;
  readonly generation: string;
  readonly rev: number;
  readonly head_hash: string;
  readonly erased_at: number | string;
}

/** Every erasure record, by thread id and generation, bytewise. */
export function erasures(store: Store, options: ErasuresOptions = {}): AsyncIterable<Erasure> {
  const sql = `select thread_id, generation, rev, head_hash, erased_at from ${store.tables.erasures}
where (thread_id, generation) > (?, ?) order by thread_id, generation limit ?`;
  return pages<ErasureRow, Erasure>(
    store,
    { operation: 'erasures', sql, options },
    {
      start: () => erasureKey(options.after),
      keyOf: row => [row.thread_id, row.generation],
      convert: row => ({
        threadId: row.thread_id,
        generation: row.generation,
        rev: Number(row.rev),
        hash: row.head_hash,
        erasedAt: Number(row.erased_at),
      }),
    },
  );
}

function erasureKey(after: ErasuresOptions['after']): readonly string[] {
  if (after === undefined) return ['', ''];
  if (typeof after !== 'object' || after === null) {
    throw new InvalidArgumentError({ argument: 'after', reason: 'must be an erasure' });
  }
  return [checkId(after.threadId, 'after.threadId'), checkId(after.generation, 'after.generation')];
}

interface Listing {
  readonly operation: string;
  readonly sql: string;
  readonly options: { readonly limit?: number | undefined; readonly signal?: AbortSignal | undefined };
}

interface Keyed<Row, Item> {
  /** The key that the first page starts behind. */
  start(): readonly string[];
  keyOf(row: Row): readonly string[];
  convert(row: Row): Item;
}

/** Pages by key: no statement grows with what was listed before. */
function pages<Row, Item>(
  store: Store,
  { operation, sql, options }: Listing,
  keyed: Keyed<Row, Item>,
): AsyncIterable<Item> {
  const run = caller(store);
  const text = store.dialect.statement(sql);
  return (async function* () {
    const { limit, signal } = optionsOf(options);
    let left = limit === undefined ? Number.POSITIVE_INFINITY : checkInteger(limit, 'limit', 0);
    let key = keyed.start();
    do {
      const size = Math.min(left, PAGE);
      const rows = await run({ operation, signal }, scope =>
        scope.once(session => session.run<Row>(text, [...key, size])),
      );
      for (const row of rows) {
        key = keyed.keyOf(row);
        yield keyed.convert(row);
        signal?.throwIfAborted();
      }
      if (rows.length < size) return;
      left -= rows.length;
    } while (left > 0);
  })();
}
