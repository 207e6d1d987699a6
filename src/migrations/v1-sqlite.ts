/** Version 1 on SQLite. Frozen at the first release: later versions alter these tables, this text stays. */
export const sqliteTables: readonly string[] = [
  `create table "{prefix}journal_threads" (
  "thread_id" text not null,
  "generation" text not null,
  "rev" integer not null,
  "version" integer not null default 1,
  "head_hash" text not null,
  "metadata" text not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  primary key ("thread_id")
)`,
  // autoincrement: a plain rowid may be used again after a delete, and a reader's cursor would skip what stands there.
  `create table "{prefix}journal_entries" (
  "position" integer not null primary key autoincrement,
  "thread_id" text not null,
  "seq" integer not null,
  "entry_id" text not null,
  "at" bigint not null,
  "kind" text not null,
  "payload" text not null,
  "refs" text not null,
  "xid" integer not null
)`,
  `create unique index "{prefix}journal_entries_seq_unique" on "{prefix}journal_entries" ("thread_id", "seq")`,
  `create unique index "{prefix}journal_entries_id_unique" on "{prefix}journal_entries" ("thread_id", "entry_id")`,
  // The feed on SQLite goes by position; this index is here because the entities are the same for both databases.
  `create index "{prefix}journal_entries_xid_index" on "{prefix}journal_entries" ("xid")`,
  `create table "{prefix}journal_erasures" (
  "thread_id" text not null,
  "generation" text not null,
  "rev" integer not null,
  "head_hash" text not null,
  "erased_at" bigint not null,
  primary key ("thread_id", "generation")
)`,
  `create table "{prefix}journal_snapshots" (
  "thread_id" text not null,
  "generation" text not null,
  "from_seq" integer not null,
  "to_seq" integer not null,
  "hash" text not null,
  "body" text not null,
  "digest" text not null,
  "format" integer not null,
  primary key ("thread_id", "generation", "from_seq")
)`,
  `create table "{prefix}journal_checkpoints" (
  "key_hash" text not null,
  "key" text not null,
  "value" text not null,
  "digest" text not null,
  "version" integer not null default 1,
  "updated_at" bigint not null,
  primary key ("key_hash")
)`,
  `create index "{prefix}journal_checkpoints_key_index" on "{prefix}journal_checkpoints" ("key")`,
  `create table "{prefix}journal_projections" (
  "name" text not null,
  "version" integer not null,
  "cursor" text null,
  "status" text not null,
  "owner" text null,
  "fence" bigint not null,
  "lease_until" bigint not null,
  "error" text null,
  primary key ("name", "version")
)`,
  `create table "{prefix}journal_projection_states" (
  "thread_id" text not null,
  "generation" text not null,
  "name" text not null,
  "version" integer not null,
  "rev" integer not null,
  "state" text not null,
  "digest" text not null,
  primary key ("thread_id", "generation", "name", "version")
)`,
  `create table "{prefix}journal_parked" (
  "name" text not null,
  "version" integer not null,
  "position" bigint not null,
  "error" text not null,
  "parked_at" bigint not null,
  primary key ("name", "version", "position")
)`,
];

/**
 * History is append-only by the database's own hand; an erasure record is the one way to delete. The insert guard is
 * for `insert or replace`, which deletes without firing delete triggers. Always abort, never rollback: that would end
 * the host's transaction behind its back.
 */
export const sqliteGuards: readonly string[] = [
  `create trigger "{prefix}journal_entries_guard_insert" before insert on "{prefix}journal_entries"
when exists (select 1 from "{prefix}journal_entries" e where e.position = new.position)
  or exists (select 1 from "{prefix}journal_entries" e where e.thread_id = new.thread_id and e.seq = new.seq)
  or exists (select 1 from "{prefix}journal_entries" e where e.thread_id = new.thread_id and e.entry_id = new.entry_id)
begin select raise(abort, 'thread-journal: entries are append-only (REPLACE refused)'); end`,
  `create trigger "{prefix}journal_entries_guard_update" before update on "{prefix}journal_entries"
begin select raise(abort, 'thread-journal: entries are append-only (UPDATE refused)'); end`,
  `create trigger "{prefix}journal_entries_guard_delete" before delete on "{prefix}journal_entries"
when not exists (
  select 1 from "{prefix}journal_threads" t
  join "{prefix}journal_erasures" e on e.thread_id = t.thread_id and e.generation = t.generation
  where t.thread_id = old.thread_id
)
begin select raise(abort, 'thread-journal: entries are append-only (DELETE refused)'); end`,
  `create trigger "{prefix}journal_threads_guard" before delete on "{prefix}journal_threads"
when not exists (
  select 1 from "{prefix}journal_erasures" e where e.thread_id = old.thread_id and e.generation = old.generation
)
begin select raise(abort, 'thread-journal: a thread is deleted by its erasure record only (DELETE refused)'); end`,
  `create trigger "{prefix}journal_erasures_guard_update" before update on "{prefix}journal_erasures"
begin select raise(abort, 'thread-journal: erasure records are append-only (UPDATE refused)'); end`,
  `create trigger "{prefix}journal_erasures_guard_delete" before delete on "{prefix}journal_erasures"
begin select raise(abort, 'thread-journal: erasure records are append-only (DELETE refused)'); end`,
  `create trigger "{prefix}journal_erasures_apply" after insert on "{prefix}journal_erasures"
begin
  delete from "{prefix}journal_entries" where thread_id = new.thread_id;
  delete from "{prefix}journal_snapshots" where thread_id = new.thread_id and generation = new.generation;
  delete from "{prefix}journal_projection_states" where thread_id = new.thread_id and generation = new.generation;
  delete from "{prefix}journal_threads" where thread_id = new.thread_id and generation = new.generation;
end`,
];
