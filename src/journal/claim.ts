import type { Call, Session } from '../dialects/index.ts';
import { advance, type Member } from './decide.ts';
import { genesisHash } from './hash.ts';
import type { AppendResult } from './journal.ts';
import type { Store } from './store.ts';
import { toEntry } from './thread.ts';

/**
 * The one-statement append, for entries whose ids we made: they cannot be recorded already. Undefined when it does not
 * apply, or its guard did not hold, or others were in the way; `record` then finds out which, and says so for certain.
 *
 * `call`: told when the statement is sent; left out inside the host's transaction, where nothing is recorded before the
 * host commits.
 */
export async function claim(
  store: Store,
  session: Session,
  member: Member,
  call?: Call,
): Promise<AppendResult | undefined> {
  const { threadId, entries, callerIds, expectedRev, metadata } = member;
  const { dialect, tables, settings } = store;
  if (dialect.claim === undefined || callerIds || entries.length === 0) return undefined;
  const fresh = expectedRev === undefined || expectedRev === 0;
  const statement = dialect.claim(
    tables,
    {
      threadId,
      expectedRev,
      metadata,
      now: settings.now(),
      generation: fresh ? settings.newId() : '',
      hash: fresh ? advance({ rev: 0, hash: genesisHash(threadId) }, entries).hash : '',
    },
    entries,
  );
  call?.send();
  try {
    const [row] = await session.run<{ rev: number; generation: string }>(statement.sql, statement.parameters);
    if (row === undefined) {
      call?.takeBack();
      return undefined;
    }
    const first = row.rev - entries.length;
    const recorded = entries.map((entry, index) => toEntry(threadId, first + index, entry));
    return { threadId, generation: row.generation, rev: row.rev, entries: recorded, created: true };
  } catch (error) {
    const failure = store.dialect.classify(error);
    if (failure !== 'connection-lost') call?.takeBack();
    if (failure === 'retry' && call !== undefined) return undefined;
    throw error;
  }
}
