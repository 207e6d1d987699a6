import type { ClaimEntry, ClaimHead, Fragment, Tables } from './dialect.ts';

/**
 * The append in one statement: the head claims the seqs, the entries are inserted from its answer. A guard above 0 is
 * only ever an UPDATE: an upsert would create the thread when its head is gone. It answers one row `{ rev, generation }`, or none
 * when the guard did not hold. No row, no SQL error: the host's transaction stays usable.
 *
 * One entry, the common append, is written out plainly; many come as arrays.
 */
export function claimStatement(tables: Tables, head: ClaimHead, entries: readonly ClaimEntry[]): Fragment {
  const [only] = entries;
  const single = only !== undefined && entries.length === 1;
  const columns = ['id', 'at', 'kind', 'payload', 'refs', 'digest'] as const;
  const values = single ? columns.map(key => only[key]) : columns.map(key => entries.map(entry => entry[key]));
  const guarded = head.expectedRev !== undefined && head.expectedRev > 0;
  const own = guarded ? [head.expectedRev] : [head.generation, head.hash, head.metadata];
  return {
    sql: `with head as (
  ${guarded ? advance(tables, single) : claim(tables, single, head.expectedRev === 0)}
  returning t.rev, t.generation
), recorded as (
  insert into ${tables.entries} (thread_id, seq, entry_id, at, kind, payload, refs, xid)
  ${single ? one : many}
)
select rev, generation from head`,
    parameters: [...values, head.threadId, entries.length, head.now, ...own],
  };
}

const one = 'select $7, head.rev - 1, $1, $2::bigint, $3, $4, $5, pg_current_xact_id() from head';

const many = `select $7, head.rev - $8::int + i.ord - 1, i.entry_id, i.at, i.kind, i.payload, i.refs, pg_current_xact_id()
  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])
    with ordinality as i(entry_id, at, kind, payload, refs, ord) cross join head order by i.ord`;

/** $7 thread_id, $8 entry count, $9 now, $10 guard */
function advance(tables: Tables, single: boolean): string {
  return `update ${tables.threads} t set ${changes(single)} where t.thread_id = $7 and t.rev = $10::bigint`;
}

/** $7 thread_id, $8 entry count, $9 now, $10 generation, $11 hash of a thread that starts here, $12 metadata */
function claim(tables: Tables, single: boolean, empty: boolean): string {
  return `insert into ${tables.threads} as t
    (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
  values ($7, $10, $8::int, 1, $11, $12, $9::bigint, $9::bigint)
  on conflict (thread_id) do update set ${changes(single)}${empty ? ' where t.rev = 0' : ''}`;
}

/** The chain is folded here because only here is the previous hash known; `chainHash` is the same in TypeScript. */
function changes(single: boolean): string {
  const folded = single
    ? `encode(sha256(decode(t.head_hash, 'hex') || decode($6, 'hex')), 'hex')`
    : `(
      with recursive chain(n, h) as (
        select 0, decode(t.head_hash, 'hex')
        union all
        select n + 1, sha256(h || decode(($6::text[])[n + 1], 'hex')) from chain where n < $8::int
      )
      select encode(h, 'hex') from chain order by n desc limit 1
    )`;
  return `rev = t.rev + $8::int, version = t.version + 1, updated_at = $9::bigint, head_hash = ${folded}`;
}
