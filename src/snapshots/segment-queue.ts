import type { Segment } from './segment.ts';
import { compareIds } from './stretches.ts';

/** Segments in the order of their keys, handed out as the rows that they stand for come by. */
export class SegmentQueue {
  readonly #segments: AsyncIterator<Segment, void, undefined>;
  #held: Segment | undefined;

  constructor(segments: AsyncIterable<Segment, void, undefined>) {
    this.#segments = segments[Symbol.asyncIterator]();
  }

  /** The next ones of this thread that begin at `seq` or before, so many at most. What belongs to none is left out. */
  async take(threadId: string, generation: string, seq: number, most: number): Promise<readonly Segment[]> {
    const taken: Segment[] = [];
    while (taken.length < most) {
      this.#held ??= (await this.#segments.next()).value ?? undefined;
      if (this.#held === undefined) break;
      const order = compareIds(this.#held.threadId, threadId);
      const ours = order === 0 && this.#held.generation === generation;
      if (order > 0 || (ours && this.#held.fromSeq > seq)) break;
      if (ours) taken.push(this.#held);
      this.#held = undefined;
    }
    return taken;
  }
}
