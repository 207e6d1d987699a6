import type { Session } from '../dialects/index.ts';
import { decide, type LockedHead, type Member, type RecordedEntry } from './decide.ts';
import { genesisHash } from './hash.ts';
import type { AppendResult } from './journal.ts';
import type { Scope, Store } from './store.ts';
import { toEntry } from './thread.ts';

/**
 * The append that locks the head first: for entries with ids of the caller's, which may be recorded already, and for
 * appends that have to say why they are refused. Lock, look up, decide, write; a refusal leaves nothing behind and no
 * SQL error, so the host's transaction stays usable.
 */
export async function appendLocked(store: Store, scope: Scope, member: Member): Promise<AppendResult> {
  const result = await scope.together(session => lockedSteps(store, session, member));
  if (result instanceof Error) throw result;
  return result;
}

/** A refusal is returned, not thrown: there is nothing to roll back, and what a retry would change is known. */
async function lockedSteps(store: Store, session: Session, member: Member): Promise<AppendResult | Error> {
  const { threadId, entries } = member;
  const { head, made } = await lockHead(store, session, member);
  const recorded = member.callerIds && !made ? await lookUp(store, session, member) : [];
  const decision = decide(member, head, recorded);
  switch (decision.act) {
    case 'refuse':
      return decision.error;
    case 'repeat': {
      const { rev, recorded } = decision;
      return { threadId, rev, entries: recorded.map(entry => toEntry(threadId, entry.seq, entry)), created: false };
    }
    case 'record': {
      if (!made || entries.length > 0) await updateHead(store, session, threadId, decision.head);
      await insertEntries(store, session, member, decision.fromSeq);
      const written = entries.map((entry, index) => toEntry(threadId, decision.fromSeq + index, entry));
      return { threadId, rev: decision.head.rev, entries: written, created: made || entries.length > 0 };
    }
    default:
      return decision satisfies never;
  }
}

/** The head under lock, made if the append may make it. Another append may make or delete it between: then again. */
async function lockHead(
  { dialect, tables, settings }: Store,
  session: Session,
  { threadId, expectedRev, metadata }: Member,
): Promise<{ head: LockedHead; made: boolean }> {
  const ids = dialect.anyOf('thread_id');
  const lock = dialect.statement(dialect.lockHeads(tables, ids.condition));
  const make = dialect.statement(
    `insert into ${tables.threads} (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
values (?, ?, 0, 1, ?, ?, ?, ?) on conflict (thread_id) do nothing returning rev`,
  );
  for (;;) {
    const [row] = await session.run<{ rev: number; head_hash: string }>(lock, ids.bind([threadId]));
    if (row !== undefined) return { head: { rev: Number(row.rev), hash: row.head_hash }, made: false };
    const head = { rev: 0, hash: genesisHash(threadId) };
    if (expectedRev !== undefined && expectedRev > 0) return { head, made: false };
    const now = settings.now();
    const values = [threadId, settings.newId(), head.hash, metadata, now, now];
    if ((await session.run(make, values)).length > 0) return { head, made: true };
  }
}

/** What is recorded under these ids, in the order of the call. */
async function lookUp({ dialect, tables }: Store, session: Session, member: Member): Promise<readonly RecordedEntry[]> {
  const ids = dialect.rows({ entry_id: 'text' });
  const sql = dialect.statement(
    `select e.entry_id as id, e.seq, e.at, e.kind, e.payload, e.refs from ${ids.from}
${dialect.probe(tables.entries, 'e.thread_id = ? and e.entry_id = i.entry_id')} order by i.ord`,
  );
  const rows = member.entries.map(entry => ({ entry_id: entry.id }));
  const found = await session.run<RecordedEntry>(sql, [...ids.bind(rows), member.threadId]);
  return found.map(row => ({ ...row, seq: Number(row.seq), at: Number(row.at) }));
}

async function updateHead({ dialect, tables, settings }: Store, session: Session, threadId: string, head: LockedHead) {
  const sql = `update ${tables.threads} set rev = ?, version = version + 1, head_hash = ?, updated_at = ? where thread_id = ?`;
  await session.run(dialect.statement(sql), [head.rev, head.hash, settings.now(), threadId]);
}

async function insertEntries({ dialect, tables }: Store, session: Session, member: Member, fromSeq: number) {
  if (member.entries.length === 0) return;
  const columns = {
    seq: 'bigint',
    entry_id: 'text',
    at: 'bigint',
    kind: 'text',
    payload: 'text',
    refs: 'text',
  } as const;
  const rows = dialect.rows(columns);
  const sql = dialect.statement(
    `insert into ${tables.entries} (thread_id, seq, entry_id, at, kind, payload, refs, xid)
select ?, i.seq, i.entry_id, i.at, i.kind, i.payload, i.refs, ${dialect.transactionId} from ${rows.from} order by i.ord`,
  );
  const values = member.entries.map((entry, index) => ({ ...entry, entry_id: entry.id, seq: fromSeq + index }));
  await session.run(sql, [member.threadId, ...rows.bind(values)]);
}
