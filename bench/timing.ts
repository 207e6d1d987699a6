import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { median } from './harness.ts';

/**
 * Milliseconds. Lets the event loop turn afterwards, which is not measured: a synchronous driver in a tight loop would
 * never let it, as no server does, and what is done in the background would not be done.
 */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  const end = performance.now();
  await setImmediate();
  return end - start;
}

/** How many a second. */
export async function rate(count: number, work: () => unknown): Promise<number> {
  return (count * 1_000) / (await timed(work));
}

/** How long one call takes, microseconds. */
export async function microseconds(work: () => unknown): Promise<number> {
  return 1_000 * (await timed(work));
}

/** The median time of one of `count` calls made one after the other, milliseconds. */
export async function p50(count: number, work: (index: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await timed(() => work(index)));
  return median(times);
}

/** Many writers at once, each making its calls one after the other. */
export async function writers(
  count: number,
  each: number,
  work: (writer: number, index: number) => Promise<unknown>,
): Promise<void> {
  const write = async (writer: number): Promise<void> => {
    for (let index = 0; index < each; index += 1) await work(writer, index);
  };
  await Promise.all(Array.from({ length: count }, (_, writer) => write(writer)));
}
