/**
 * Version 1 on PostgreSQL. Frozen at the first release: later versions alter these tables, this text stays.
 *
 * `{schema}` and `{prefix}` are names that have passed the check of letters; `{schema}` is `"name".` or empty.
 */
export const postgresTables: readonly string[] = [
  `create table {schema}"{prefix}journal_threads" (
  "thread_id" text collate "C" not null,
  "generation" text not null,
  "rev" int not null,
  "version" int not null default 1,
  "head_hash" text not null,
  "metadata" text not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  primary key ("thread_id")
) with (fillfactor = 60)`,
  `create table {schema}"{prefix}journal_entries" (
  "position" bigserial primary key,
  "thread_id" text collate "C" not null,
  "seq" int not null,
  "entry_id" text collate "C" not null,
  "at" bigint not null,
  "kind" text not null,
  "payload" text not null,
  "refs" text not null,
  "xid" xid8 not null default pg_current_xact_id(),
  constraint "{prefix}journal_entries_seq_unique" unique ("thread_id", "seq"),
  constraint "{prefix}journal_entries_id_unique" unique ("thread_id", "entry_id")
)`,
  `create index "{prefix}journal_entries_xid_index" on {schema}"{prefix}journal_entries" ("xid")`,
  `create table {schema}"{prefix}journal_erasures" (
  "thread_id" text collate "C" not null,
  "generation" text collate "C" not null,
  "rev" int not null,
  "head_hash" text not null,
  "erased_at" bigint not null,
  primary key ("thread_id", "generation")
)`,
  `create table {schema}"{prefix}journal_snapshots" (
  "thread_id" text collate "C" not null,
  "generation" text collate "C" not null,
  "from_seq" int not null,
  "to_seq" int not null,
  "hash" text not null,
  "body" text not null,
  "digest" text not null,
  "format" int not null,
  primary key ("thread_id", "generation", "from_seq")
)`,
  `create table {schema}"{prefix}journal_checkpoints" (
  "key_hash" text collate "C" not null,
  "key" text collate "C" not null,
  "value" text not null,
  "digest" text not null,
  "version" int not null default 1,
  "updated_at" bigint not null,
  primary key ("key_hash")
)`,
  `create index "{prefix}journal_checkpoints_key_index" on {schema}"{prefix}journal_checkpoints" ("key")`,
  `create table {schema}"{prefix}journal_projections" (
  "name" text collate "C" not null,
  "version" int not null,
  "cursor" text null,
  "status" text not null,
  "owner" text null,
  "fence" bigint not null,
  "lease_until" bigint not null,
  "error" text null,
  primary key ("name", "version")
)`,
  `create table {schema}"{prefix}journal_projection_states" (
  "thread_id" text collate "C" not null,
  "generation" text collate "C" not null,
  "name" text collate "C" not null,
  "version" int not null,
  "rev" int not null,
  "state" text not null,
  "digest" text not null,
  primary key ("thread_id", "generation", "name", "version")
)`,
  `create table {schema}"{prefix}journal_parked" (
  "name" text collate "C" not null,
  "version" int not null,
  "position" bigint not null,
  "error" text not null,
  "parked_at" bigint not null,
  primary key ("name", "version", "position")
)`,
];

/**
 * History is append-only by the database's own hand; an erasure record is the one way to delete, and deletes a whole
 * thread. The functions name their tables with the schema they stand in (`%1$I`), whatever the caller's search path.
 */
export const postgresGuards: readonly string[] = [
  `do $do$
declare place text := {place};
begin
execute format($sql$
create function %1$I."{prefix}journal_entries_guard"() returns trigger language plpgsql as $body$
declare probe record;
begin
  if tg_op = 'DELETE' then
    if exists (
      select 1 from %1$I."{prefix}journal_threads" t
      join %1$I."{prefix}journal_erasures" e on e.thread_id = t.thread_id and e.generation = t.generation
      where t.thread_id = old.thread_id
    ) then
      return old;
    end if;
  elsif tg_op = 'UPDATE' then
    -- After a dump and restore, transaction ids start again: renewing them, and nothing else, is no change of history.
    probe := new;
    probe.xid := old.xid;
    if new.xid <> old.xid and probe is not distinct from old then
      return new;
    end if;
  end if;
  raise exception 'thread-journal: entries are append-only (%% refused)', tg_op;
end $body$
$sql$, place);
execute format($sql$
create function %1$I."{prefix}journal_threads_guard"() returns trigger language plpgsql as $body$
begin
  if tg_op = 'DELETE' then
    if exists (
      select 1 from %1$I."{prefix}journal_erasures" e
      where e.thread_id = old.thread_id and e.generation = old.generation
    ) then
      return old;
    end if;
  end if;
  raise exception 'thread-journal: a thread is deleted by its erasure record only (%% refused)', tg_op;
end $body$
$sql$, place);
execute format($sql$
create function %1$I."{prefix}journal_erasures_guard"() returns trigger language plpgsql as $body$
begin
  raise exception 'thread-journal: erasure records are append-only (%% refused)', tg_op;
end $body$
$sql$, place);
execute format($sql$
create function %1$I."{prefix}journal_erasures_apply"() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $body$
begin
  delete from %1$I."{prefix}journal_entries" where thread_id = new.thread_id;
  delete from %1$I."{prefix}journal_snapshots" where thread_id = new.thread_id and generation = new.generation;
  delete from %1$I."{prefix}journal_projection_states" where thread_id = new.thread_id and generation = new.generation;
  delete from %1$I."{prefix}journal_threads" where thread_id = new.thread_id and generation = new.generation;
  return null;
end $body$
$sql$, place);
end $do$`,
  `create trigger "{prefix}journal_entries_guard" before update or delete on {schema}"{prefix}journal_entries"
for each row execute function {schema}"{prefix}journal_entries_guard"()`,
  `create trigger "{prefix}journal_entries_truncate" before truncate on {schema}"{prefix}journal_entries"
for each statement execute function {schema}"{prefix}journal_entries_guard"()`,
  `create trigger "{prefix}journal_threads_guard" before delete on {schema}"{prefix}journal_threads"
for each row execute function {schema}"{prefix}journal_threads_guard"()`,
  `create trigger "{prefix}journal_threads_truncate" before truncate on {schema}"{prefix}journal_threads"
for each statement execute function {schema}"{prefix}journal_threads_guard"()`,
  `create trigger "{prefix}journal_erasures_guard" before update or delete on {schema}"{prefix}journal_erasures"
for each row execute function {schema}"{prefix}journal_erasures_guard"()`,
  `create trigger "{prefix}journal_erasures_truncate" before truncate on {schema}"{prefix}journal_erasures"
for each statement execute function {schema}"{prefix}journal_erasures_guard"()`,
  `create trigger "{prefix}journal_erasures_apply" after insert on {schema}"{prefix}journal_erasures"
for each row execute function {schema}"{prefix}journal_erasures_apply"()`,
];
