import type { Entry } from '../journal/index.ts';
import { isFormat } from './body.ts';
import { type Start, startOf } from './cutter.ts';
import { digestOf, type Segment, unpack } from './segment.ts';

/** Why a segment is not used. */
export type Flaw = 'unknown-format' | 'out-of-place' | 'damaged';

/** The segments of a thread that follow each other from seq 0 on, and what stands in them. */
export interface Chain {
  readonly entries: Entry[];
  readonly segments: readonly Segment[];
  /** Where the tail begins. */
  readonly end: Start;
  /** Where the last segment begins. */
  readonly lastStart: Start;
  readonly flaws: readonly { readonly segment: Segment; readonly flaw: Flaw }[];
}

/** Takes segments by `fromSeq`. The first that is not good ends the chain; strays before that are left out. */
export function chainOf(threadId: string, stored: readonly Segment[]): Chain {
  const entries: Entry[] = [];
  const segments: Segment[] = [];
  const flaws: { segment: Segment; flaw: Flaw }[] = [];
  let end = startOf(threadId);
  let lastStart = end;
  for (const segment of stored) {
    const flaw = flawOf(segment, end) ?? unpacked(segment, entries, end.seq);
    if (flaw !== undefined) {
      flaws.push({ segment, flaw });
      continue;
    }
    segments.push(segment);
    lastStart = end;
    end = { seq: segment.toSeq, hash: segment.hash };
  }
  return { entries, segments, end, lastStart, flaws };
}

export function flawOf(segment: Segment, behind: Start): Flaw | undefined {
  if (!isFormat(segment.format)) return 'unknown-format';
  if (segment.fromSeq !== behind.seq || segment.toSeq <= segment.fromSeq) return 'out-of-place';
  return digestOf(segment, behind.hash) === segment.digest ? undefined : 'damaged';
}

function unpacked(segment: Segment, entries: Entry[], seq: number): Flaw | undefined {
  try {
    unpack(segment, entries);
    return undefined;
  } catch {
    entries.length = seq;
    return 'damaged';
  }
}
