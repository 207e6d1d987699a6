import type { HeadRow, RecordedEntry, Thread } from '../journal/index.ts';
import { type Chain, chainOf } from './chain.ts';
import { type Start, startOf } from './cutter.ts';
import type { Parts } from './read-parts.ts';
import type { Segment } from './segment.ts';
import { foldHash, threadOf, threadOfRows } from './whole.ts';

export interface Assembled {
  readonly thread: Thread | undefined;
  /** How many of its entries came from segments. */
  readonly sealed: number;
  /** Where the last good segment begins, and where it ends. */
  readonly last: { readonly start: Start; readonly end: Start };
  /** Segments that were in nobody's way, but belong to nothing. */
  readonly distrusted: readonly Segment[];
}

/** Something does not fit: what, and up to where the segments may be asked for again. */
export interface Doubt {
  readonly reason: 'segments' | 'journal';
  readonly sealedTo: number;
  readonly distrusted: readonly Segment[];
}

/**
 * The thread, from its segments and the rows behind them; or a doubt, and then the rows have to be read that the
 * segments stood for. Errors are thrown on the word of rows alone, so that they are the same with and without segments.
 */
export function assemble(threadId: string, parts: Parts, upToRev: number): Assembled | Doubt {
  const { head, segments, rows } = parts;
  if (head === undefined || segments.length === 0) {
    const thread = threadOfRows(threadId, head, rows, upToRev);
    return { thread, sealed: 0, last: { start: startOf(threadId), end: startOf(threadId) }, distrusted: [] };
  }
  const chain = chainOf(threadId, segments);
  const distrusted = chain.flaws.map(({ segment }) => segment);
  // Behind a segment that is not good the rows of its own part are missing.
  const first = rows[0]?.seq ?? Number.POSITIVE_INFINITY;
  if (chain.flaws.length > 0 && first >= chain.end.seq) {
    return { reason: 'segments', sealedTo: chain.end.seq, distrusted };
  }
  const tail = rows.filter(row => row.seq >= chain.end.seq);
  const hash = foldHash(chain.end, tail);
  if (!fits(head, chain, rows, tail, hash, upToRev)) return { reason: 'journal', sealedTo: 0, distrusted: segments };
  const sealed = chain.entries.length;
  return {
    thread: threadOf(head, hash, chain.entries, tail),
    sealed,
    last: { start: chain.lastStart, end: chain.end },
    distrusted,
  };
}

/**
 * Whether segments and journal tell one history, as far as that shows without reading the rows under the segments: the
 * last of these is there and is the one, the tail has no gap and ends at the rev, and the chain that the segments began
 * ends in the head's hash.
 */
function fits(
  head: HeadRow,
  chain: Chain,
  rows: readonly RecordedEntry[],
  tail: readonly RecordedEntry[],
  hash: string,
  upToRev: number,
): boolean {
  const { end, entries } = chain;
  const under = rows.find(row => row.seq === end.seq - 1);
  const last = entries.at(-1);
  const rev = Math.min(head.rev, upToRev);
  return (
    last !== undefined &&
    under?.id === last.id &&
    under.at === last.at &&
    under.kind === last.kind &&
    tail.every((row, index) => row.seq === end.seq + index) &&
    end.seq + tail.length === rev &&
    (rev < head.rev || hash === head.head_hash)
  );
}
