import type { Contest } from './contest.ts';
import type { Figure } from './harness.ts';
import type { Machine } from './machine.ts';

/** A run, as `--json` writes it and `report.ts` reads it. */
export interface Result {
  readonly command: string;
  readonly machine: Machine;
  /** True when the counts were too small to judge. */
  readonly quick: boolean;
  readonly figures: readonly Figure[];
  readonly contests: readonly Contest[];
}
