import cliProgress from 'cli-progress';
import type { ImportCount } from './store-run.ts';

/** Tells how far an import is, on stderr: stdout is for the result. */
export interface Progress {
  /** Bytes read so far. */
  update(bytes: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => {}, stop: () => {} };

export interface ProgressOptions {
  /** Undefined when it cannot be known: a pipe. */
  readonly total: number | undefined;
  readonly count: ImportCount;
  readonly silent: boolean;
}

export function startProgress({ total, count, silent }: ProgressOptions): Progress {
  if (silent) return SILENT;
  return process.stderr.isTTY ? bar(total, count) : plainLines(total, count);
}

function bar(total: number | undefined, count: ImportCount): Progress {
  const started = performance.now();
  const share = total === undefined ? '{value}' : '[{bar}] {percentage}%  {value}/{total}';
  const eta = total === undefined ? '' : '  {eta_formatted} left';
  const format = `${share}  {rate}/s${eta}  {entries} entries`;
  const single = new cliProgress.SingleBar({
    format,
    formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? size(value) : String(value)),
    stream: process.stderr,
    barsize: 24,
    // A handler of its own would swallow the first Ctrl-C.
    gracefulExit: false,
    hideCursor: null,
    linewrap: null,
  });
  single.start(total ?? 0, 0, payload());
  function payload(bytes = 0): { rate: string; entries: string } {
    const seconds = Math.max((performance.now() - started) / 1000, 0.001);
    return { rate: size(bytes / seconds), entries: grouped(count.entriesAdded + count.entriesAlreadyThere) };
  }
  let last = 0;
  return {
    update: bytes => {
      last = bytes;
      single.update(bytes, payload(bytes));
    },
    stop: () => {
      single.update(last, payload(last));
      single.stop();
    },
  };
}

/** Every tenth of a file, or every 64 MiB of a pipe: a log, not a film. */
function plainLines(total: number | undefined, count: ImportCount): Progress {
  const step = total === undefined ? 64 * 1024 * 1024 : Math.max(total / 10, 1024 * 1024);
  let next = step;
  return {
    update: bytes => {
      if (bytes < next) return;
      next = bytes + step;
      const of = total === undefined ? '' : ` of ${size(total)}`;
      process.stderr.write(`${size(bytes)}${of} read, ${grouped(count.lines)} lines kept\n`);
    },
    stop: () => {},
  };
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

export function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
