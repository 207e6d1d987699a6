/** One entry as its writer knows it. */
export interface Acknowledged {
  readonly id: string;
  readonly threadId: string;
  readonly seq: number;
  /** Nanoseconds of a clock that all processes of the machine share: before the append, and after its answer. */
  readonly began: number;
  readonly acked: number;
}

export type Delivered = Pick<Acknowledged, 'id' | 'threadId' | 'seq'>;

export interface Verdict {
  readonly missed: number;
  readonly doubled: number;
  /** Delivered, but never acknowledged. */
  readonly phantoms: number;
  /** Not the next seq of its thread. */
  readonly inverted: number;
  /** Delivered before an entry that had been acknowledged when its append began. */
  readonly acausal: number;
}

export function now(): number {
  return Number(process.hrtime.bigint());
}

/** What a reader got, in its order, against what was acknowledged. */
export function judge(acknowledged: readonly Acknowledged[], delivered: readonly Delivered[]): Verdict {
  const facts = new Map(acknowledged.map(entry => [entry.id, entry]));
  const times = new Map<string, number>();
  const next = new Map<string, number>();
  let inverted = 0;
  for (const { id, threadId, seq } of delivered) {
    times.set(id, (times.get(id) ?? 0) + 1);
    if (seq < (next.get(threadId) ?? 0)) inverted += 1;
    next.set(threadId, seq + 1);
  }
  let acausal = 0;
  let earliestAck = Number.POSITIVE_INFINITY;
  for (const { id } of delivered.toReversed()) {
    const fact = facts.get(id);
    if (fact === undefined) continue;
    if (earliestAck < fact.began) acausal += 1;
    earliestAck = Math.min(earliestAck, fact.acked);
  }
  return {
    missed: acknowledged.filter(({ id }) => !times.has(id)).length,
    doubled: [...times.values()].filter(count => count > 1).length,
    phantoms: [...times.keys()].filter(id => !facts.has(id)).length,
    inverted,
    acausal,
  };
}
