import type { Call } from '../dialects/index.ts';
import { AppendOutcomeUnknownError } from '../errors.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { appendLocked } from './append-locked.ts';
import { advance, type Member } from './decide.ts';
import type { NewEntry } from './entry.ts';
import { genesisHash } from './hash.ts';
import type { AppendOptions, AppendResult } from './journal.ts';
import { prepareEntries, prepareMetadata } from './prepare.ts';
import { caller, type Scope, type Store } from './store.ts';
import { toEntry } from './thread.ts';

/**
 * Appends entries to a thread: all or nothing, guarded, safe to repeat. Everything about them is checked here, before
 * the first statement.
 */
export async function append(
  store: Store,
  threadId: string,
  entries: readonly NewEntry[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const run = caller(store);
  const { settings } = store;
  const { expectedRev, metadata, signal } = optionsOf(options);
  const member: Member = {
    threadId: checkId(threadId, 'threadId'),
    ...prepareEntries(entries, settings),
    expectedRev: expectedRev === undefined ? undefined : checkInteger(expectedRev, 'expectedRev', 0),
    metadata: prepareMetadata(metadata, settings),
  };
  const entryIds = member.entries.map(entry => entry.id);
  const unknown = (cause: unknown): Error => new AppendOutcomeUnknownError({ threadId, entryIds, cause });
  return run({ operation: 'append', signal, unknown }, async (scope, running) => {
    try {
      return await appendOne(store, scope, running, member);
    } catch (error) {
      const lost = running.sent && store.dialect.classify(error) === 'connection-lost';
      throw lost ? unknown(error) : error;
    }
  });
}

/** One statement where that is enough; otherwise, or when it was refused, the head is locked first. */
async function appendOne(store: Store, scope: Scope, running: Call, member: Member): Promise<AppendResult> {
  const rev = await claim(store, scope, running, member);
  if (rev === undefined) return appendLocked(store, scope, member);
  const { threadId, entries } = member;
  return {
    threadId,
    rev,
    entries: entries.map((entry, index) => toEntry(threadId, rev - entries.length + index, entry)),
    created: true,
  };
}

/**
 * The one-statement append, for entries whose ids we made: they cannot be recorded already. Undefined when it does not
 * apply or its guard did not hold; the locked path then finds out what the rev is, and says so for certain.
 */
async function claim(store: Store, scope: Scope, running: Call, member: Member): Promise<number | undefined> {
  const { threadId, entries, callerIds, expectedRev, metadata } = member;
  const guard = expectedRev === undefined ? 'none' : expectedRev === 0 ? 'empty' : 'rev';
  const sql = store.dialect.claim(store.tables, guard);
  if (sql === undefined || callerIds || entries.length === 0) return undefined;
  const { now, newId } = store.settings;
  const columns = (['id', 'at', 'kind', 'payload', 'refs', 'digest'] as const).map(key =>
    entries.map(entry => entry[key]),
  );
  const start = advance({ rev: 0, hash: genesisHash(threadId) }, entries);
  const head = guard === 'rev' ? [expectedRev] : [newId(), start.hash, metadata];
  return scope.once(async session => {
    // Inside the host's transaction nothing is recorded before the host commits.
    if (!scope.joined) running.send();
    try {
      const [row] = await session.run<{ rev: number }>(sql, [...columns, threadId, entries.length, now(), ...head]);
      if (row === undefined) running.takeBack();
      return row?.rev;
    } catch (error) {
      if (store.dialect.classify(error) !== 'connection-lost') running.takeBack();
      if (!scope.joined && store.dialect.classify(error) === 'retry') return undefined;
      throw error;
    }
  });
}
