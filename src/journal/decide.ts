import { DuplicateEntryError, RevConflictError } from '../errors.ts';
import { chainHash, type StoredEntry } from './hash.ts';
import type { PreparedEntry } from './prepare.ts';

/** One append, checked and encoded. */
export interface Member {
  readonly threadId: string;
  readonly entries: readonly PreparedEntry[];
  /** True when an id came from the caller. */
  readonly callerIds: boolean;
  readonly expectedRev: number | undefined;
  /** Stored text; counts only when this append creates the thread. */
  readonly metadata: string;
}

/** A head under lock. */
export interface LockedHead {
  readonly rev: number;
  readonly hash: string;
}

export type RecordedEntry = StoredEntry & { readonly seq: number };

export type Decision =
  /** Write: the entries get seqs from `fromSeq` on, the head becomes `head`. */
  | { readonly act: 'record'; readonly fromSeq: number; readonly head: LockedHead }
  /** All of it is recorded already: answer with that. */
  | { readonly act: 'repeat'; readonly recorded: readonly RecordedEntry[]; readonly rev: number }
  | { readonly act: 'refuse'; readonly error: DuplicateEntryError | RevConflictError };

/**
 * What an append may do, given its head under lock and what is recorded under its ids. Pure: the whole rule of guards
 * and duplicates, the same for both databases.
 */
export function decide(member: Member, head: LockedHead, recorded: readonly RecordedEntry[]): Decision {
  const { threadId, entries, expectedRev } = member;
  if (recorded.length > 0) {
    if (isRepeat(entries, recorded)) return { act: 'repeat', recorded, rev: head.rev };
    const entryIds = recorded.map(entry => entry.id);
    return { act: 'refuse', error: new DuplicateEntryError({ threadId, entryIds }) };
  }
  if (expectedRev !== undefined && expectedRev !== head.rev) {
    return { act: 'refuse', error: new RevConflictError({ threadId, expectedRev, actualRev: head.rev }) };
  }
  return { act: 'record', fromSeq: head.rev, head: advance(head, entries) };
}

export function advance(head: LockedHead, entries: readonly PreparedEntry[]): LockedHead {
  let { hash } = head;
  for (const entry of entries) hash = chainHash(hash, entry.digest);
  return { rev: head.rev + entries.length, hash };
}

/** The same entries in the same order, one behind the other; `at` is not compared, a retry may tell another time. */
function isRepeat(entries: readonly PreparedEntry[], recorded: readonly RecordedEntry[]): boolean {
  const [first] = recorded;
  return (
    first !== undefined &&
    recorded.length === entries.length &&
    entries.every((entry, index) => {
      const stored = recorded[index];
      return (
        stored !== undefined &&
        stored.seq === first.seq + index &&
        stored.id === entry.id &&
        stored.kind === entry.kind &&
        stored.payload === entry.payload &&
        stored.refs === entry.refs
      );
    })
  );
}
