create table journal_checkpoints (
  key_hash text collate "C" not null,
  key text collate "C" not null,
  value text not null,
  digest text not null,
  version integer not null default 1,
  updated_at bigint not null,
  constraint journal_checkpoints_pkey PRIMARY KEY (key_hash)
);

create table journal_entries (
  "position" bigint not null default nextval('journal_entries_position_seq'::regclass),
  thread_id text collate "C" not null,
  seq integer not null,
  entry_id text collate "C" not null,
  at bigint not null,
  kind text not null,
  payload text not null,
  refs text not null,
  xid xid8 not null default pg_current_xact_id(),
  constraint journal_entries_id_unique UNIQUE (thread_id, entry_id),
  constraint journal_entries_pkey PRIMARY KEY ("position"),
  constraint journal_entries_seq_unique UNIQUE (thread_id, seq)
);

create table journal_erasures (
  thread_id text collate "C" not null,
  generation text collate "C" not null,
  rev integer not null,
  head_hash text not null,
  erased_at bigint not null,
  constraint journal_erasures_pkey PRIMARY KEY (thread_id, generation)
);

create table journal_parked (
  name text collate "C" not null,
  version integer not null,
  "position" bigint not null,
  error text not null,
  parked_at bigint not null,
  constraint journal_parked_pkey PRIMARY KEY (name, version, "position")
);

create table journal_projection_states (
  thread_id text collate "C" not null,
  generation text collate "C" not null,
  name text collate "C" not null,
  version integer not null,
  rev integer not null,
  state text not null,
  digest text not null,
  constraint journal_projection_states_pkey PRIMARY KEY (thread_id, generation, name, version)
);

create table journal_projections (
  name text collate "C" not null,
  version integer not null,
  cursor text null,
  status text not null,
  owner text null,
  fence bigint not null,
  lease_until bigint not null,
  error text null,
  constraint journal_projections_pkey PRIMARY KEY (name, version)
);

create table journal_snapshots (
  thread_id text collate "C" not null,
  generation text collate "C" not null,
  from_seq integer not null,
  to_seq integer not null,
  hash text not null,
  body text not null,
  digest text not null,
  format integer not null,
  constraint journal_snapshots_pkey PRIMARY KEY (thread_id, generation, from_seq)
);

create table journal_threads (
  thread_id text collate "C" not null,
  generation text not null,
  rev integer not null,
  version integer not null default 1,
  head_hash text not null,
  metadata text not null,
  created_at bigint not null,
  updated_at bigint not null,
  constraint journal_threads_pkey PRIMARY KEY (thread_id)
) with (fillfactor=60);

CREATE INDEX journal_checkpoints_key_index ON public.journal_checkpoints USING btree (key);

CREATE INDEX journal_entries_xid_index ON public.journal_entries USING btree (xid);

CREATE OR REPLACE FUNCTION public.journal_entries_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare probe record;
begin
  if tg_op = 'DELETE' then
    if exists (
      select 1 from public."journal_threads" t
      join public."journal_erasures" e on e.thread_id = t.thread_id and e.generation = t.generation
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
  raise exception 'thread-journal: entries are append-only (% refused)', tg_op;
end $function$;

CREATE OR REPLACE FUNCTION public.journal_erasures_apply()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  delete from public."journal_entries" where thread_id = new.thread_id;
  delete from public."journal_snapshots" where thread_id = new.thread_id and generation = new.generation;
  delete from public."journal_projection_states" where thread_id = new.thread_id and generation = new.generation;
  delete from public."journal_threads" where thread_id = new.thread_id and generation = new.generation;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.journal_erasures_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'thread-journal: erasure records are append-only (% refused)', tg_op;
end $function$;

CREATE OR REPLACE FUNCTION public.journal_threads_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' then
    if exists (
      select 1 from public."journal_erasures" e
      where e.thread_id = old.thread_id and e.generation = old.generation
    ) then
      return old;
    end if;
  end if;
  raise exception 'thread-journal: a thread is deleted by its erasure record only (% refused)', tg_op;
end $function$;

CREATE TRIGGER journal_entries_guard BEFORE DELETE OR UPDATE ON public.journal_entries FOR EACH ROW EXECUTE FUNCTION journal_entries_guard();

CREATE TRIGGER journal_entries_truncate BEFORE TRUNCATE ON public.journal_entries FOR EACH STATEMENT EXECUTE FUNCTION journal_entries_guard();

CREATE TRIGGER journal_erasures_apply AFTER INSERT ON public.journal_erasures FOR EACH ROW EXECUTE FUNCTION journal_erasures_apply();

CREATE TRIGGER journal_erasures_guard BEFORE DELETE OR UPDATE ON public.journal_erasures FOR EACH ROW EXECUTE FUNCTION journal_erasures_guard();

CREATE TRIGGER journal_erasures_truncate BEFORE TRUNCATE ON public.journal_erasures FOR EACH STATEMENT EXECUTE FUNCTION journal_erasures_guard();

CREATE TRIGGER journal_threads_guard BEFORE DELETE ON public.journal_threads FOR EACH ROW EXECUTE FUNCTION journal_threads_guard();

CREATE TRIGGER journal_threads_truncate BEFORE TRUNCATE ON public.journal_threads FOR EACH STATEMENT EXECUTE FUNCTION journal_threads_guard();
