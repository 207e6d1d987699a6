CREATE TABLE "journal_checkpoints" (
  "key_hash" text not null,
  "key" text not null,
  "value" text not null,
  "digest" text not null,
  "version" integer not null default 1,
  "updated_at" bigint not null,
  primary key ("key_hash")
);

CREATE TABLE "journal_entries" (
  "position" integer not null primary key autoincrement,
  "thread_id" text not null,
  "seq" integer not null,
  "entry_id" text not null,
  "at" bigint not null,
  "kind" text not null,
  "payload" text not null,
  "refs" text not null,
  "xid" integer not null
);

CREATE TABLE "journal_erasures" (
  "thread_id" text not null,
  "generation" text not null,
  "rev" integer not null,
  "head_hash" text not null,
  "erased_at" bigint not null,
  primary key ("thread_id", "generation")
);

CREATE TABLE "journal_parked" (
  "name" text not null,
  "version" integer not null,
  "position" bigint not null,
  "error" text not null,
  "parked_at" bigint not null,
  primary key ("name", "version", "position")
);

CREATE TABLE "journal_projection_states" (
  "thread_id" text not null,
  "generation" text not null,
  "name" text not null,
  "version" integer not null,
  "rev" integer not null,
  "state" text not null,
  "digest" text not null,
  primary key ("thread_id", "generation", "name", "version")
);

CREATE TABLE "journal_projections" (
  "name" text not null,
  "version" integer not null,
  "cursor" text null,
  "status" text not null,
  "owner" text null,
  "fence" bigint not null,
  "lease_until" bigint not null,
  "error" text null,
  primary key ("name", "version")
);

CREATE TABLE "journal_snapshots" (
  "thread_id" text not null,
  "generation" text not null,
  "from_seq" integer not null,
  "to_seq" integer not null,
  "hash" text not null,
  "body" text not null,
  "digest" text not null,
  "format" integer not null,
  primary key ("thread_id", "generation", "from_seq")
);

CREATE TABLE "journal_threads" (
  "thread_id" text not null,
  "generation" text not null,
  "rev" integer not null,
  "version" integer not null default 1,
  "head_hash" text not null,
  "metadata" text not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  primary key ("thread_id")
);

CREATE INDEX "journal_checkpoints_key_index" on "journal_checkpoints" ("key");

CREATE UNIQUE INDEX "journal_entries_id_unique" on "journal_entries" ("thread_id", "entry_id");

CREATE UNIQUE INDEX "journal_entries_seq_unique" on "journal_entries" ("thread_id", "seq");

CREATE INDEX "journal_entries_xid_index" on "journal_entries" ("xid");

CREATE TRIGGER "journal_entries_guard_delete" before delete on "journal_entries"
when not exists (
  select 1 from "journal_threads" t
  join "journal_erasures" e on e.thread_id = t.thread_id and e.generation = t.generation
  where t.thread_id = old.thread_id
)
begin select raise(abort, 'thread-journal: entries are append-only (DELETE refused)'); end;

CREATE TRIGGER "journal_entries_guard_insert" before insert on "journal_entries"
when exists (select 1 from "journal_entries" e where e.position = new.position)
  or exists (select 1 from "journal_entries" e where e.thread_id = new.thread_id and e.seq = new.seq)
  or exists (select 1 from "journal_entries" e where e.thread_id = new.thread_id and e.entry_id = new.entry_id)
begin select raise(abort, 'thread-journal: entries are append-only (REPLACE refused)'); end;

CREATE TRIGGER "journal_entries_guard_update" before update on "journal_entries"
begin select raise(abort, 'thread-journal: entries are append-only (UPDATE refused)'); end;

CREATE TRIGGER "journal_erasures_apply" after insert on "journal_erasures"
begin
  delete from "journal_entries" where thread_id = new.thread_id;
  delete from "journal_snapshots" where thread_id = new.thread_id and generation = new.generation;
  delete from "journal_projection_states" where thread_id = new.thread_id and generation = new.generation;
  delete from "journal_threads" where thread_id = new.thread_id and generation = new.generation;
end;

CREATE TRIGGER "journal_erasures_guard_delete" before delete on "journal_erasures"
begin select raise(abort, 'thread-journal: erasure records are append-only (DELETE refused)'); end;

CREATE TRIGGER "journal_erasures_guard_update" before update on "journal_erasures"
begin select raise(abort, 'thread-journal: erasure records are append-only (UPDATE refused)'); end;

CREATE TRIGGER "journal_threads_guard" before delete on "journal_threads"
when not exists (
  select 1 from "journal_erasures" e where e.thread_id = old.thread_id and e.generation = old.generation
)
begin select raise(abort, 'thread-journal: a thread is deleted by its erasure record only (DELETE refused)'); end;
