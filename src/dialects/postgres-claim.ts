import type { Tables } from './dialect.ts';

/**
 * The append in one statement: the head claims the seqs, the entries are inserted from its answer. Parameters, in
 * order: the six arrays (entry_id, at, kind, payload, refs, digest), then those of the head's form.
 *
 * A guard above 0 is only ever an UPDATE: an upsert would create the thread when its head is gone. It answers one row
 * `{ rev }`, or none when the guard did not hold. No row, no SQL error: the host's transaction stays usable.
 */
export function claimStatement(tables: Tables, guard: 'none' | 'empty' | 'rev'): string {
  return `with input as (
  select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
    with ordinality as i(entry_id, at, kind, payload, refs, digest, ord)
), head as (
  ${guard === 'rev' ? advance(tables) : claim(tables, guard)}
  returning t.rev
), recorded as (
  insert into ${tables.entries} (thread_id, seq, entry_id, at, kind, payload, refs, xid)
  select $7, head.rev - $8::int + i.ord - 1, i.entry_id, i.at, i.kind, i.payload, i.refs, pg_current_xact_id()
  from input i cross join head order by i.ord
)
select rev from head`;
}

/** $7 thread_id, $8 entry count, $9 now, $10 guard */
function advance(tables: Tables): string {
  return `update ${tables.threads} t set ${changes()} where t.thread_id = $7 and t.rev = $10::bigint`;
}

/** $7 thread_id, $8 entry count, $9 now, $10 generation, $11 hash of a thread that starts here, $12 metadata */
function claim(tables: Tables, guard: 'none' | 'empty'): string {
  return `insert into ${tables.threads} as t
    (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
  values ($7, $10, $8::int, 1, $11, $12, $9::bigint, $9::bigint)
  on conflict (thread_id) do update set ${changes()}${guard === 'empty' ? ' where t.rev = 0' : ''}`;
}

/** The chain is folded here because only here is the previous hash known; `chainHash` is the same in TypeScript. */
function changes(): string {
  return `rev = t.rev + $8::int, version = t.version + 1, updated_at = $9::bigint, head_hash = (
      with recursive chain(n, h) as (
        select 0, decode(t.head_hash, 'hex')
        union all
        select n + 1, sha256(h || decode(($6::text[])[n + 1], 'hex')) from chain where n < $8::int
      )
      select encode(h, 'hex') from chain order by n desc limit 1
    )`;
}
