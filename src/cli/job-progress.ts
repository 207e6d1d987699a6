import cliProgress from 'cli-progress';
import { counted, grouped } from './progress.ts';
import { steadyMemory } from './steady-memory.ts';

/** Tells how far a job over all entries is, on stderr: stdout is for the result. */
export interface JobProgress {
  update(entries: number, of: number): void;
  stop(): void;
}

const SILENT: JobProgress = { update: () => {}, stop: () => {} };

export function startJob({ silent }: { readonly silent: boolean }): JobProgress {
  steadyMemory();
  if (silent) return SILENT;
  return process.stderr.isTTY ? bar() : plainLines();
}

function bar(): JobProgress {
  const started = performance.now();
  const single = new cliProgress.SingleBar({
    format: '[{bar}] {percentage}%  {value}/{total} entries  {rate}/s  {eta_formatted} left',
    formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? grouped(value) : String(value)),
    stream: process.stderr,
    barsize: 24,
    // A handler of its own would swallow the first Ctrl-C.
    gracefulExit: false,
    hideCursor: null,
    linewrap: null,
  });
  const rateOf = (entries: number): string => grouped(Math.round(entries / rounded(performance.now() - started)));
  let begun = false;
  return {
    update: (entries, of) => {
      if (!begun) single.start(of, 0, { rate: '0' });
      begun = true;
      // What is appended meanwhile counts too.
      single.setTotal(Math.max(of, entries));
      single.update(entries, { rate: rateOf(entries) });
    },
    stop: () => single.stop(),
  };
}

function rounded(milliseconds: number): number {
  return Math.max(milliseconds / 1_000, 0.001);
}

/** A line every tenth of the way: a log, not a film. */
function plainLines(): JobProgress {
  let next = 0.1;
  return {
    update: (entries, of) => {
      const share = of === 0 ? 1 : entries / of;
      if (share < next || share >= 1) return;
      next = Math.floor(share * 10) / 10 + 0.1;
      process.stderr.write(`${grouped(entries)} of ${counted(of, 'entry', 'entries')}\n`);
    },
    stop: () => {},
  };
}
