import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from './harness.ts';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly postgres: string;
  readonly sqlite: string;
  /** Median of appending 4 KiB to a file and `fdatasync`, milliseconds: the floor under every durable append. */
  readonly fsyncMs: number;
}

export function machineOf(versions: Pick<Machine, 'postgres' | 'sqlite'>): Machine {
  const all = cpus();
  const cpu = all[0]?.model.trim() ?? 'unknown';
  return { cpu, cores: all.length, node: process.versions.node, ...versions, fsyncMs: fsyncCost() };
}

export function machineLine({ cpu, cores, node, postgres, sqlite, fsyncMs }: Machine): string {
  const sync = `4 KiB append + fdatasync ${fsyncMs.toFixed(2)} ms`;
  return `${cpu}, ${cores} cores; Node ${node}; PostgreSQL ${postgres}; SQLite ${sqlite}; ${sync}`;
}

function fsyncCost(): number {
  const file = join(tmpdir(), `thread-journal-fsync-${process.pid}`);
  const page = Buffer.alloc(4_096, 1);
  const descriptor = openSync(file, 'w');
  const times: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    const start = performance.now();
    writeSync(descriptor, page);
    fdatasyncSync(descriptor);
    times.push(performance.now() - start);
  }
  closeSync(descriptor);
  rmSync(file);
  return median(times);
}
