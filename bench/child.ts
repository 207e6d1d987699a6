import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MEMORY = fileURLToPath(new URL('./child-memory.ts', import.meta.url));

export interface Ended {
  readonly exitCode: number;
  readonly errors: string;
  /** From start to end, the start of Node included. */
  readonly seconds: number;
  /** The largest its resident set has been. */
  readonly maxMib: number;
}

/** Runs a script in a Node process of its own, to see what it takes alone. */
export async function inProcess(command: readonly string[]): Promise<Ended> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', MEMORY, ...command], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [errors, memory, [code]] = await Promise.all([
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return {
    exitCode: code ?? -1,
    errors,
    seconds: (performance.now() - start) / 1_000,
    maxMib: Number(memory) / 1_024,
  };
}
