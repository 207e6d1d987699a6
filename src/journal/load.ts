import { CorruptEntryError, InvalidRevError, OrphanedEntriesError } from '../errors.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import type { RecordedEntry } from './decide.ts';
import { chainHash, entryDigest, genesisHash } from './hash.ts';
import type { LoadOptions } from './journal.ts';
import { entryOf, type HeadRow, metadataOf, readRows } from './rows.ts';
import { caller, type Store } from './store.ts';
import { freeze, type Thread } from './thread.ts';

/** The whole thread as one consistent state, or as it was at `upToRev`. Undefined when it has no entries (there). */
export async function load(store: Store, threadId: string, options: LoadOptions = {}): Promise<Thread | undefined> {
  const run = caller(store);
  const { upToRev, signal } = optionsOf(options);
  checkId(threadId, 'threadId');
  if (upToRev !== undefined) checkInteger(upToRev, 'upToRev', 0);
  return run({ operation: 'load', signal }, async scope => {
    const part = { fromSeq: 0, toSeq: upToRev, limit: undefined, backward: false, kinds: undefined };
    const { head, entries } = await scope.once(session => readRows(store, session, threadId, part));
    checkWhole(threadId, head, entries, upToRev);
    if (head === undefined || entries.length === 0) return undefined;
    return toThread(head, entries);
  });
}

/** Corruption is answered, not hidden: what is missing, and where. */
function checkWhole(
  threadId: string,
  head: HeadRow | undefined,
  entries: readonly RecordedEntry[],
  upToRev: number = Number.MAX_SAFE_INTEGER,
): void {
  if (head === undefined) {
    if (entries.length > 0) throw new OrphanedEntriesError({ threadId, missing: 'head' });
    return;
  }
  const gap = entries.findIndex((entry, index) => entry.seq !== index);
  if (gap !== -1)
    throw new CorruptEntryError({ threadId, seq: gap, reason: 'it is missing, and later ones are there' });
  const rev = Math.min(head.rev, upToRev);
  if (entries.length === rev) return;
  if (entries.length === 0) throw new OrphanedEntriesError({ threadId, missing: 'entries' });
  throw new InvalidRevError({ threadId, rev: head.rev, entryCount: entries.length });
}

function toThread(head: HeadRow, stored: readonly RecordedEntry[]): Thread {
  const id = head.thread_id;
  const facts = {
    id,
    generation: head.generation,
    hash: stored.length === head.rev ? head.head_hash : hashOf(id, stored),
    metadata: metadataOf(head),
    createdAt: Number(head.created_at),
    updatedAt: Number(head.updated_at),
  };
  return freeze(
    facts,
    stored.map(entry => entryOf(id, entry)),
  );
}

/** The chain at an earlier rev is not stored; it follows from the entries. */
function hashOf(threadId: string, stored: readonly RecordedEntry[]): string {
  return stored.reduce((hash, entry) => chainHash(hash, entryDigest(entry)), genesisHash(threadId));
}
