import { ask, type Locking, type Steps } from '../dialects/index.ts';
import type { LockedHead, Member, RecordedEntry } from './decide.ts';
import { genesisHash } from './hash.ts';
import type { Store } from './store.ts';

/** A head under lock, as it is after the appends decided so far. */
export interface HeadState extends LockedHead {
  readonly threadId: string;
  readonly generation: string;
  rev: number;
  hash: string;
  /** True until the first append to a head that was not there before. */
  unused: boolean;
  /** True when the row has to be written. */
  touched: boolean;
  /** What is known to be recorded, by entry id. */
  readonly recorded: Map<string, RecordedEntry>;
}

interface LockedRow {
  readonly thread_id: string;
  readonly generation: string;
  readonly rev: number | string;
  readonly head_hash: string;
}

/**
 * The heads of these appends under lock, those that are not there made. A thread whose head others hold is left out
 * when `locking` says to skip it. Others may make or delete a head between two statements: then once more.
 */
export function* lockHeads(
  store: Store,
  members: readonly Member[],
  locking: Locking,
): Steps<ReadonlyMap<string, HeadState>> {
  const { dialect, tables } = store;
  const states = new Map<string, HeadState>();
  let missing = [...new Set(members.map(member => member.threadId))].sort();
  while (missing.length > 0) {
    const ids = dialect.anyOf('thread_id', missing);
    const lock = dialect.statement(dialect.lockHeads(tables, ids.sql, locking));
    for (const row of yield* ask<LockedRow>(lock, ids.parameters)) {
      states.set(row.thread_id, stateOf(row.thread_id, row.generation, { rev: Number(row.rev), hash: row.head_hash }));
    }
    missing = missing.filter(threadId => !states.has(threadId));
    if (missing.length > 0 && locking === 'skip' && dialect.writesTogether) {
      const there = yield* existing(store, missing);
      missing = missing.filter(threadId => !there.has(threadId));
    }
    const makers = missing.map(threadId => members.find(member => member.threadId === threadId && mayMake(member)));
    for (const [index, threadId] of missing.entries()) {
      // Nobody may make it: every guard of these appends is above 0, and is about to be refused.
      if (makers[index] === undefined) states.set(threadId, stateOf(threadId, ''));
    }
    const made = yield* make(
      store,
      makers.filter(maker => maker !== undefined),
    );
    for (const { thread_id, generation } of made) states.set(thread_id, stateOf(thread_id, generation));
    missing = missing.filter(threadId => !states.has(threadId));
  }
  return states;
}

/** The first append of a thread brings its metadata. A guard above 0 never makes a thread. */
function mayMake({ expectedRev }: Member): boolean {
  return expectedRev === undefined || expectedRev === 0;
}

/** `found`: undefined for a head that was not there before. */
function stateOf(threadId: string, generation: string, found?: Pick<HeadState, 'rev' | 'hash'>): HeadState {
  const { rev, hash } = found ?? { rev: 0, hash: genesisHash(threadId) };
  return { threadId, generation, rev, hash, unused: found === undefined, touched: false, recorded: new Map() };
}

function* existing({ dialect, tables }: Store, threadIds: readonly string[]): Steps<ReadonlySet<string>> {
  const ids = dialect.anyOf('thread_id', threadIds);
  const sql = dialect.statement(`select thread_id from ${tables.threads} where ${ids.sql}`);
  const rows = yield* ask<{ thread_id: string }>(sql, ids.parameters);
  return new Set(rows.map(row => row.thread_id));
}

function* make(
  { dialect, tables, settings }: Store,
  makers: readonly Member[],
): Steps<readonly Pick<LockedRow, 'thread_id' | 'generation'>[]> {
  if (makers.length === 0) return [];
  const now = settings.now();
  const heads = makers.map(({ threadId, metadata }) => ({
    thread_id: threadId,
    generation: settings.newId(),
    hash: genesisHash(threadId),
    metadata,
    now,
  }));
  const rows = dialect.rows(
    { thread_id: 'text', generation: 'text', hash: 'text', metadata: 'text', now: 'bigint' },
    heads,
  );
  // In the order of their ids, so that two processes that make the same threads never wait for each other in a ring.
  const sql = dialect.statement(
    `insert into ${tables.threads} (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
select i.thread_id, i.generation, 0, 1, i.hash, i.metadata, i.now, i.now from ${rows.sql} where true order by i.ord
on conflict (thread_id) do nothing returning thread_id, generation`,
  );
  return yield* ask<Pick<LockedRow, 'thread_id' | 'generation'>>(sql, rows.parameters);
}
