import { InvalidArgumentError } from '../errors.ts';
import { type Caller, HEAD_COLUMNS, type HeadRow, type Store } from '../journal/index.ts';
import { checkId, checkInteger } from '../values/index.ts';

export interface SelectOptions {
  /** Only these threads, in this order. Default: all, by id. */
  readonly threadIds?: readonly string[] | undefined;
  /** Only threads that were appended to at this instant or later, epoch milliseconds. Default: all. */
  readonly since?: number | undefined;
}

/** A stretch of the tables in the order of thread ids: one thread, or all behind `after` up to `to`. */
export type Range =
  | { readonly only: string; readonly fromSeq?: number | undefined }
  | { readonly after: string | undefined; readonly to: string | undefined };

/** Threads that are looked at together, with all that the tables hold between them. */
export interface Group {
  readonly heads: readonly ScannedHead[];
  readonly range: Range;
}

export interface ScannedHead extends HeadRow {
  /** Of the last entry in the table, in the same state as the head; null when there is none. Only where checked. */
  readonly last_seq?: number | null | undefined;
  /** 1 when an erasure record says that this generation was deleted. Only where checked. */
  readonly erased?: number | string | undefined;
}

const HEADS = 256;

/** Groups of threads, page by page. The last group of all threads has none: it is what lies behind the last of them. */
export async function* groupsOf(
  store: Store,
  run: Caller,
  { threadIds, since }: SelectOptions,
  { checked = false }: { readonly checked?: boolean | undefined } = {},
): AsyncGenerator<Group, void, undefined> {
  const { entries, erasures, threads } = store.tables;
  const checks = `(select max(e.seq) from ${entries} e where e.thread_id = t.thread_id) as last_seq,
  (select count(*) from ${erasures} x where x.thread_id = t.thread_id and x.generation = t.generation) as erased`;
  const select = `select ${HEAD_COLUMNS}${checked ? `, ${checks}` : ''}
from ${threads} t where updated_at >= cast(? as bigint)`;
  const from = since === undefined ? -Number.MAX_SAFE_INTEGER : checkInteger(since, 'since');
  const read = (condition: string, values: readonly unknown[]): Promise<readonly ScannedHead[]> =>
    run({ operation: 'read heads' }, scope =>
      scope.once(session => session.run(store.dialect.statement(`${select} ${condition}`), [from, ...values])),
    );
  if (threadIds !== undefined) {
    for (const id of checkIds(threadIds)) {
      yield { heads: await read('and thread_id = ?', [id]), range: { only: id } };
    }
    return;
  }
  let after: string | undefined;
  for (;;) {
    const heads = await read('and thread_id > ? order by thread_id limit ?', [after ?? '', HEADS]);
    const to = heads.length < HEADS ? undefined : heads.at(-1)?.thread_id;
    if (since === undefined) yield { heads, range: { after, to } };
    else for (const head of heads) yield { heads: [head], range: { only: head.thread_id } };
    if (to === undefined) return;
    after = to;
  }
}

function checkIds(threadIds: readonly string[]): readonly string[] {
  if (!Array.isArray(threadIds)) throw new InvalidArgumentError({ argument: 'threadIds', reason: 'must be an array' });
  return [...new Set(threadIds.map((id, index) => checkId(id, `threadIds[${index}]`)))];
}

/** How many threads and entries the heads say there are. */
export async function totalsOf(
  store: Store,
  run: Caller,
  { threadIds, since }: SelectOptions,
): Promise<{ threads: number; entries: number }> {
  const { dialect, tables } = store;
  const conditions = [
    ...(threadIds === undefined ? [] : [dialect.anyOf('thread_id', checkIds(threadIds))]),
    ...(since === undefined
      ? []
      : [{ sql: 'updated_at >= cast(? as bigint)', parameters: [checkInteger(since, 'since')] }]),
  ];
  const sql = `select count(*) as threads, coalesce(sum(rev), 0) as entries from ${tables.threads}
where ${['1 = 1', ...conditions.map(condition => condition.sql)].join(' and ')}`;
  const values = conditions.flatMap(condition => condition.parameters);
  const [row] = await run({ operation: 'count threads' }, scope =>
    scope.once(session =>
      session.run<{ threads: number | string; entries: number | string }>(dialect.statement(sql), values),
    ),
  );
  return { threads: Number(row?.threads ?? 0), entries: Number(row?.entries ?? 0) };
}

/** Whether a thread still is the one whose head this is: what was missing of it may have been deleted under way. */
export async function isStill(store: Store, run: Caller, head: HeadRow): Promise<boolean> {
  for await (const { heads } of groupsOf(store, run, { threadIds: [head.thread_id] })) {
    return heads[0]?.generation === head.generation;
  }
  return false;
}

/** A condition on `thread_id`, with what it binds. */
export function within(range: Range, column: string): { readonly sql: string; readonly values: readonly unknown[] } {
  if ('only' in range) return { sql: `${column} = ?`, values: [range.only] };
  const { after, to } = range;
  return {
    sql: `${column} > ?${to === undefined ? '' : ` and ${column} <= ?`}`,
    values: [after ?? '', ...(to === undefined ? [] : [to])],
  };
}
