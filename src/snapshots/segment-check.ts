import type { Chain, RecordedEntry } from '../journal/index.ts';
import { decodeBody, isFormat } from './body.ts';
import { textOf } from './columns.ts';
import type { Damage, Finding } from './finding.ts';
import { digestOf, type Segment } from './segment.ts';

/** The segment that rows are gathered for. `sure`: the chain over the rows led to it without a break. */
interface Current {
  readonly segment: Segment;
  readonly sure: boolean;
  readonly rows: RecordedEntry[];
}

/**
 * The segments of one thread against its rows; holds the rows of one segment. Where rows are missing or changed, that
 * is found as such, and is not held against segments that may be right.
 */
export class SegmentCheck {
  /** Not reached yet, by `fromSeq`. */
  #waiting: Segment[] = [];
  #current: Current | undefined;
  /** Where the next one has to begin, and its chain; undefined behind one whose word counts for nothing. */
  #next: { readonly seq: number; readonly hash: string | undefined } | undefined = { seq: 0, hash: undefined };
  #findings: Finding[] = [];

  /** Segments that begin at rows not taken yet, in order. */
  expect(segments: readonly Segment[]): void {
    this.#waiting.push(...segments);
  }

  /** The row with this seq comes next, and the chain is that of the rows before it. */
  begin(seq: number, chain: Chain): void {
    for (let [next] = this.#waiting; next !== undefined && next.fromSeq <= seq; [next] = this.#waiting) {
      this.#waiting.shift();
      this.#begin(next, seq, chain.hash);
    }
  }

  /** Takes that row; the chain is that of the rows up to it. */
  take(row: RecordedEntry, chain: Chain): void {
    if (this.#current === undefined) return;
    const { segment, rows } = this.#current;
    rows.push(row);
    if (row.seq + 1 < segment.toSeq) return;
    if (rows.length === segment.toSeq - segment.fromSeq) this.#compare(this.#current, chain.hash);
    this.#current = undefined;
  }

  /** Of those that are still waiting the rows are missing. */
  end(): void {
    for (const segment of this.#waiting) if (isImpossible(segment)) this.#find('segment-damaged', segment);
    this.#waiting = [];
  }

  findings(): readonly Finding[] {
    const found = this.#findings;
    this.#findings = [];
    return found;
  }

  #begin(segment: Segment, seq: number, before: string): void {
    const fit = isImpossible(segment) ? 'segment-damaged' : this.#fitOf(segment, seq, before);
    if (fit === 'inside') {
      this.#find('segment-out-of-place', segment);
      return;
    }
    if (typeof fit === 'string') {
      this.#find(fit, segment);
      this.#next = undefined;
      return;
    }
    if (this.#next !== undefined && this.#next.seq < segment.fromSeq) this.#find('segment-out-of-place', segment);
    this.#next = { seq: segment.toSeq, hash: segment.hash };
    if (fit !== undefined) this.#current = { segment, sure: fit.sure, rows: [] };
  }

  /** Undefined: its first row is missing, so nothing can be said. */
  #fitOf(segment: Segment, seq: number, before: string): Damage | 'inside' | { readonly sure: boolean } | undefined {
    if (!isFormat(segment.format)) return 'segment-unknown-format';
    if (this.#next !== undefined && segment.fromSeq < this.#next.seq) return 'inside';
    if (segment.fromSeq < seq) return undefined;
    if (digestOf(segment, before) === segment.digest) return { sure: true };
    // A changed entry further up changes the chain over the rows from there on; that of the segments goes on.
    const chained = this.#next?.seq === segment.fromSeq ? this.#next.hash : undefined;
    if (chained !== undefined && digestOf(segment, chained) === segment.digest) return { sure: false };
    return 'segment-damaged';
  }

  #compare({ segment, sure, rows }: Current, hash: string): void {
    const text = attempt(() => textOf(rows));
    // A row that cannot be decoded is found as such.
    if (text === undefined) return;
    const same = attempt(() => decodeBody(segment.format, segment.body)) === text;
    if (!same || (sure && segment.hash !== hash)) this.#find('segment-differs', segment);
  }

  #find(damage: Damage, { threadId, fromSeq, toSeq }: Segment): void {
    this.#findings.push({ threadId, damage, of: 'snapshot', fromSeq, toSeq, repaired: false });
  }
}

function isImpossible({ fromSeq, toSeq }: Segment): boolean {
  return fromSeq < 0 || toSeq <= fromSeq;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
