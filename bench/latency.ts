import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds, on a clock that all processes of this machine share. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** When entries were seen, by seq. */
export class Seen {
  readonly #times = new Map<number, number>();
  readonly #waiting = new Map<number, () => void>();

  add(seq: number, time: number): void {
    this.#times.set(seq, time);
    this.#waiting.get(seq)?.();
  }

  async at(seq: number): Promise<number> {
    for (;;) {
      const time = this.#times.get(seq);
      if (time !== undefined) return time;
      await new Promise<void>(resolve => this.#waiting.set(seq, resolve));
    }
  }
}

/** From each append's acknowledgement to when its entry was seen, milliseconds; 0 where it was seen before. Sorted. */
export async function latencies(count: number, append: () => Promise<number>, seen: Seen): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    // So that what polls is met at any point of its round.
    await setTimeout(5 + Math.random() * 20);
    const seq = await append();
    const acknowledged = now();
    times.push(Math.max(0, (await seen.at(seq)) - acknowledged));
  }
  return times.sort((one, other) => one - other);
}

export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
