import { Chain, type RecordedEntry } from '../journal/index.ts';
import { decodeObject } from '../values/index.ts';
import { startOf } from './cutter.ts';
import type { Damage, Finding } from './finding.ts';
import type { ScannedHead } from './scan.ts';
import type { Segment } from './segment.ts';
import { SegmentCheck } from './segment-check.ts';

/** Of one thread: the rest says no more than that all of it is damaged. */
const MAX_FINDINGS = 1_000;

/** One thread of a verification, row by row from its first. Pure: what it is given is all it knows. */
export class ThreadCheck {
  readonly #head: ScannedHead;
  readonly #segments = new SegmentCheck();
  readonly #chain: Chain;
  #seq = 0;
  #gaps = false;
  #findings: Finding[] = [];

  constructor(head: ScannedHead) {
    this.#head = head;
    this.#chain = new Chain(startOf(head.thread_id).hash);
    if (Number(head.erased ?? 0) > 0) this.#find('thread-erased', 0, head.rev);
    if (!decodes(head.metadata)) this.#find('metadata-undecodable', 0, 0);
  }

  /** Segments that begin among the rows that are taken next. */
  expect(segments: readonly Segment[]): void {
    this.#segments.expect(segments);
  }

  /** There are no rows for what is expected. */
  leaveOut(): void {
    this.#segments.end();
  }

  take(rows: readonly RecordedEntry[]): void {
    for (const row of rows) {
      if (row.seq >= this.#head.rev) break;
      if (row.seq !== this.#seq) this.#miss(row.seq);
      if (!decodes(row.payload) || !decodes(row.refs)) this.#find('entry-undecodable', row.seq, row.seq + 1);
      this.#segments.begin(row.seq, this.#chain);
      this.#chain.add(row);
      this.#seq = row.seq + 1;
      this.#segments.take(row, this.#chain);
    }
  }

  end(): void {
    const { rev, head_hash, last_seq } = this.#head;
    if (this.#seq < rev) this.#miss(rev);
    const last = Number(last_seq ?? -1);
    if (last >= rev) this.#find('entries-unexpected', rev, last + 1);
    if (!this.#gaps && this.#chain.hash !== head_hash) this.#find('history-changed', 0, rev);
    this.#segments.end();
  }

  findings(): readonly Finding[] {
    return [...this.#findings, ...this.#segments.findings()];
  }

  #miss(toSeq: number): void {
    this.#gaps = true;
    this.#find('entries-missing', this.#seq, toSeq);
  }

  #find(damage: Damage, fromSeq: number, toSeq: number): void {
    if (this.#findings.length >= MAX_FINDINGS) return;
    const { thread_id: threadId } = this.#head;
    this.#findings.push({ threadId, damage, of: 'journal', fromSeq, toSeq, repaired: false });
  }
}

function decodes(text: string): boolean {
  try {
    decodeObject(text);
    return true;
  } catch {
    return false;
  }
}
