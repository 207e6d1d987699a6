import type { HeadRow, RecordedEntry } from '../journal/index.ts';
import { Cutter, type Start, startOf } from './cutter.ts';
import type { Run } from './segment.ts';
import type { SegmentFacts } from './stored.ts';

/** One thread of a rebuild, row by row from its first: what its segments must be, and which of those stored are not. */
export class ThreadCut {
  readonly #head: HeadRow;
  /** By `fromSeq`. */
  readonly #stored: ReadonlyMap<number, SegmentFacts>;
  readonly #cutter: Cutter;
  readonly #certain: boolean;
  /** Where each segment ends, by where it begins. */
  readonly #ends: Map<number, number>;
  #outdated: SegmentFacts[] = [];
  #holds = true;
  #contested: Start | undefined;

  /** `before`: the same thread up to where it was contested, once its history is known to hold. */
  constructor(head: HeadRow, stored: readonly SegmentFacts[], segmentEntries: number, before?: ThreadCut) {
    const { thread_id: threadId, generation } = head;
    const own = stored.filter(facts => facts.generation === generation);
    this.#head = head;
    this.#stored = new Map(own.map(facts => [facts.fromSeq, facts]));
    this.#cutter = new Cutter({ threadId, generation }, segmentEntries, before?.contested ?? startOf(threadId));
    this.#certain = before !== undefined;
    this.#ends = before === undefined ? new Map() : before.#ends;
  }

  /** False once the rows are not the history that the head stands for. Certain at the end. */
  get holds(): boolean {
    return this.#holds;
  }

  /**
   * Where a stored segment tells another history than the rows. One of the two is wrong, and only the end of the chain
   * says which; until then nothing of the thread is replaced, since it may be all that is left of an entry.
   */
  get contested(): Start | undefined {
    return this.#contested;
  }

  take(rows: readonly RecordedEntry[]): readonly Run[] {
    const runs: Run[] = [];
    for (const row of rows) {
      if (!this.#holds || row.seq >= this.#head.rev) break;
      if (row.seq === this.#cutter.seq) runs.push(...this.#kept(() => this.#cutter.add(row)));
      else this.#holds = false;
    }
    return runs;
  }

  end(): readonly Run[] {
    const { rev, head_hash } = this.#head;
    if (this.#cutter.seq !== rev || this.#cutter.hash !== head_hash) this.#holds = false;
    if (!this.#holds) return [];
    const runs = this.#kept(() => this.#cutter.rest());
    if (!this.#holds || this.#contested !== undefined) return runs;
    // What reaches beyond the rev that we know was made by somebody who knew more.
    const known = [...this.#stored.values()].filter(({ toSeq }) => toSeq <= rev);
    this.#outdated.push(...known.filter(({ fromSeq }) => !this.#ends.has(fromSeq)));
    return runs;
  }

  /** Stored segments that are in the way of those given out, since the last time. */
  outdated(): readonly SegmentFacts[] {
    const outdated = this.#outdated;
    this.#outdated = [];
    return outdated;
  }

  #kept(make: () => Run | undefined): readonly Run[] {
    const run = this.#attempt(make);
    if (run === undefined) return [];
    const there = this.#stored.get(run.fromSeq);
    if (!this.#certain && there?.toSeq === run.toSeq && there.hash !== run.hash) {
      this.#contested ??= { seq: run.fromSeq, hash: run.previousHash };
    }
    if (this.#contested !== undefined) return [];
    this.#ends.set(run.fromSeq, run.toSeq);
    if (there !== undefined && there.toSeq > run.toSeq && there.toSeq <= this.#head.rev) this.#outdated.push(there);
    return [run];
  }

  #attempt(make: () => Run | undefined): Run | undefined {
    try {
      return make();
    } catch {
      this.#holds = false;
      return undefined;
    }
  }
}
