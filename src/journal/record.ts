import { ask, type Fragment, type Locking, type Session, type Steps } from '../dialects/index.ts';
import type { JournalError } from '../errors.ts';
import { decide, type Member, type RecordedEntry } from './decide.ts';
import type { AppendResult } from './journal.ts';
import { type HeadState, lockHeads } from './lock-heads.ts';
import type { Store } from './store.ts';
import { toEntry } from './thread.ts';

/** What became of one append. `held`: another transaction holds its head, and it was not waited for. */
export type Outcome = AppendResult | JournalError | 'held';

/**
 * Records many appends in one transaction: lock the heads, look up the callers' ids, decide on each append in the
 * order of the calls, write. The rule is `decide`; a refusal is an outcome, leaves nothing behind and is no SQL error,
 * so the host's transaction stays usable.
 */
export function* recordAll(store: Store, members: readonly Member[], locking: Locking): Steps<readonly Outcome[]> {
  const heads = yield* lockHeads(store, members, locking);
  yield* lookUp(store, members, heads);
  const inserts: Insert[] = [];
  const outcomes = members.map(member => {
    const head = heads.get(member.threadId);
    return head === undefined ? 'held' : recordOne(member, head, inserts);
  });
  yield* write(store, [...heads.values()], inserts);
  return outcomes;
}

/** The same as a part of the host's transaction. */
export function record(
  store: Store,
  session: Session,
  members: readonly Member[],
  locking: Locking,
): Promise<readonly Outcome[]> {
  return session.perform(recordAll(store, members, locking));
}

type Insert = Readonly<Record<'thread_id' | 'entry_id' | 'kind' | 'payload' | 'refs', string>> &
  Readonly<Record<'seq' | 'at', number>>;

function recordOne(member: Member, head: HeadState, inserts: Insert[]): Outcome {
  const { threadId, entries } = member;
  const { generation } = head;
  const known = member.callerIds ? entries.flatMap(({ id }) => head.recorded.get(id) ?? []) : [];
  const decision = decide(member, head, known);
  switch (decision.act) {
    case 'refuse':
      return decision.error;
    case 'repeat': {
      const { rev, recorded } = decision;
      const again = recorded.map(entry => toEntry(threadId, entry.seq, entry));
      return { threadId, generation, rev, entries: again, created: false };
    }
    case 'record': {
      const created = entries.length > 0 || head.unused;
      head.touched ||= entries.length > 0 || !head.unused;
      head.unused = false;
      Object.assign(head, decision.head);
      const recorded = entries.map((entry, index) => ({ ...entry, seq: decision.fromSeq + index }));
      for (const entry of recorded) {
        head.recorded.set(entry.id, entry);
        const { id, seq, at, kind, payload, refs } = entry;
        inserts.push({ thread_id: threadId, entry_id: id, seq, at, kind, payload, refs });
      }
      const appended = recorded.map(entry => toEntry(threadId, entry.seq, entry));
      return { threadId, generation, rev: head.rev, entries: appended, created };
    }
    default:
      return decision satisfies never;
  }
}

/** What is recorded under ids of the callers; ids that we made cannot be. */
function* lookUp(
  { dialect, tables }: Store,
  members: readonly Member[],
  heads: ReadonlyMap<string, HeadState>,
): Steps<void> {
  const wanted = members.filter(member => member.callerIds && heads.get(member.threadId)?.unused === false);
  if (wanted.length === 0) return;
  const rows = wanted.flatMap(({ threadId, entries }) =>
    entries.map(({ id }) => ({ thread_id: threadId, entry_id: id })),
  );
  const ids = dialect.rows({ thread_id: 'text', entry_id: 'text' }, rows);
  const sql = dialect.statement(
    `select e.thread_id, e.entry_id as id, e.seq, e.at, e.kind, e.payload, e.refs from ${ids.sql}
${dialect.probe(tables.entries, 'e.thread_id = i.thread_id and e.entry_id = i.entry_id')}`,
  );
  for (const row of yield* ask<RecordedEntry & { thread_id: string }>(sql, ids.parameters)) {
    heads.get(row.thread_id)?.recorded.set(row.id, { ...row, seq: Number(row.seq), at: Number(row.at) });
  }
}

/** One statement for heads and entries where the database has such, else one for each. */
function* write(store: Store, heads: readonly HeadState[], inserts: readonly Insert[]): Steps<void> {
  const touched = heads.filter(head => head.touched);
  if (touched.length === 0) return;
  const { dialect } = store;
  const statements = [headChanges(store, touched), ...(inserts.length === 0 ? [] : [entryInserts(store, inserts)])];
  const [change, insert] = statements;
  const sent =
    dialect.writesTogether && change !== undefined && insert !== undefined
      ? [
          {
            sql: `with changed as (${change.sql}) ${insert.sql}`,
            parameters: [...change.parameters, ...insert.parameters],
          },
        ]
      : statements;
  for (const { sql, parameters } of sent) yield* ask(dialect.statement(sql), parameters);
}

function headChanges({ dialect, tables, settings }: Store, heads: readonly HeadState[]): Fragment {
  const now = settings.now();
  const rows = heads.map(({ threadId, rev, hash }) => ({ thread_id: threadId, rev, hash, now }));
  const states = dialect.rows({ thread_id: 'text', rev: 'bigint', hash: 'text', now: 'bigint' }, rows);
  return {
    sql: `update ${tables.threads} as t
set rev = i.rev, version = t.version + 1, head_hash = i.hash, updated_at = i.now from ${states.sql} where t.thread_id = i.thread_id`,
    parameters: states.parameters,
  };
}

const ENTRY = {
  thread_id: 'text',
  seq: 'bigint',
  entry_id: 'text',
  at: 'bigint',
  kind: 'text',
  payload: 'text',
  refs: 'text',
} as const;

function entryInserts({ dialect, tables }: Store, inserts: readonly Insert[]): Fragment {
  const rows = dialect.rows(ENTRY, inserts);
  return {
    sql: `insert into ${tables.entries} (thread_id, seq, entry_id, at, kind, payload, refs, xid)
select i.thread_id, i.seq, i.entry_id, i.at, i.kind, i.payload, i.refs, ${dialect.transactionId} from ${rows.sql} order by i.ord`,
    parameters: rows.parameters,
  };
}
