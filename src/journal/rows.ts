import type { Session } from '../dialects/index.ts';
import { CorruptEntryError, CorruptMetadataError } from '../errors.ts';
import { decodeObject } from '../values/index.ts';
import type { RecordedEntry } from './decide.ts';
import type { Entry, Fields, ThreadHead } from './entry.ts';
import type { Store } from './store.ts';
import { toEntry } from './thread.ts';

/** A part of a thread's rows: seqs from `fromSeq` (included) to `toSeq` (excluded). */
export interface Part {
  readonly fromSeq: number;
  readonly toSeq: number | undefined;
  readonly limit: number | undefined;
  readonly backward: boolean;
  readonly kinds: readonly string[] | undefined;
}

export interface HeadRow {
  readonly thread_id: string;
  readonly generation: string;
  readonly rev: number;
  readonly head_hash: string;
  readonly metadata: string;
  readonly created_at: number | string;
  readonly updated_at: number | string;
}

export const HEAD_COLUMNS = 'thread_id, generation, rev, head_hash, metadata, created_at, updated_at';

/** A row of several parts of a thread in one statement: each part has its own meaning for the columns. */
export interface UnionRow<Part extends string = 'head' | 'entry'> {
  readonly part: Part;
  readonly n: number;
  readonly a: string;
  readonly at: number | string;
  readonly b: string;
  readonly c: string;
  readonly d: string | null;
  readonly updated_at: number | string | null;
}

/** Takes the thread's id. */
export function headPart({ tables }: Store): string {
  return `select 'head' as part, rev as n, generation as a, created_at as at, head_hash as b, metadata as c,
  cast(null as text) as d, updated_at from ${tables.threads} where thread_id = ?`;
}

/** Goes on with `where`. */
export function entryPart({ tables }: Store): string {
  return `select 'entry' as part, seq as n, entry_id as a, at, kind as b, payload as c, refs as d, cast(null as bigint) as u
  from ${tables.entries}`;
}

/**
 * The head and a part of the entries in one statement, so that they are one state of the thread whatever is appended
 * or deleted meanwhile.
 */
export async function readRows(
  store: Store,
  session: Session,
  threadId: string,
  part: Part,
): Promise<{ head: HeadRow | undefined; entries: readonly RecordedEntry[] }> {
  const { dialect } = store;
  const kinds = part.kinds === undefined ? undefined : dialect.anyOf('kind', part.kinds);
  const sql = `${headPart(store)}
union all select * from (
  ${entryPart(store)} where thread_id = ? and seq >= cast(? as bigint)${part.toSeq === undefined ? '' : ' and seq < cast(? as bigint)'}
  ${kinds === undefined ? '' : `and ${kinds.sql}`}
  order by seq ${part.backward ? 'desc' : 'asc'}${part.limit === undefined ? '' : ' limit ?'}
) part_of_entries`;
  const rows = await session.run<UnionRow>(dialect.statement(sql), [
    threadId,
    threadId,
    part.fromSeq,
    ...(part.toSeq === undefined ? [] : [part.toSeq]),
    ...(kinds?.parameters ?? []),
    ...(part.limit === undefined ? [] : [part.limit]),
  ]);
  const head = rows.find(row => row.part === 'head');
  const entries = rows.filter(row => row.part === 'entry').map(toRecorded);
  // The database hands a union's parts over in order, but does not promise to; sorted input costs nothing to sort.
  entries.sort((one, other) => (part.backward ? other.seq - one.seq : one.seq - other.seq));
  return { head: head === undefined ? undefined : toHeadRow(threadId, head), entries };
}

export function toHead(row: HeadRow): ThreadHead {
  return {
    threadId: row.thread_id,
    rev: Number(row.rev),
    generation: row.generation,
    hash: row.head_hash,
    metadata: metadataOf(row),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

export function metadataOf(row: HeadRow): Fields {
  try {
    return decodeObject(row.metadata);
  } catch (cause) {
    throw new CorruptMetadataError({ threadId: row.thread_id, cause });
  }
}

/** A gap in the seqs of a thread, as the one who finds it says it. */
export function missingEntry(threadId: string, seq: number): CorruptEntryError {
  return new CorruptEntryError({ threadId, seq, reason: 'it is missing' });
}

export function entryOf(threadId: string, stored: RecordedEntry): Entry {
  try {
    return toEntry(threadId, stored.seq, stored);
  } catch (cause) {
    throw new CorruptEntryError({ threadId, seq: stored.seq, reason: 'its values cannot be decoded', cause });
  }
}

export function toRecorded(row: UnionRow<string>): RecordedEntry {
  return { seq: Number(row.n), id: row.a, at: Number(row.at), kind: row.b, payload: row.c, refs: row.d ?? '' };
}

export function toHeadRow(threadId: string, row: UnionRow<string>): HeadRow {
  return {
    thread_id: threadId,
    generation: row.a,
    rev: Number(row.n),
    head_hash: row.b,
    metadata: row.c,
    created_at: row.at,
    updated_at: row.updated_at ?? 0,
  };
}
