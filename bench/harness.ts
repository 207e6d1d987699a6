export type Unit = 'appends/s' | 'entries/s' | 'loads/s' | 'µs' | 'ms' | 'bytes' | 'MiB';

/** What the ratio ours ÷ baseline has to reach, and on which side of it. */
export interface Target {
  readonly at: 'least' | 'most';
  readonly ratio: number;
}

/** What a row asks, before anything is measured. */
export interface Question {
  readonly row: string;
  readonly database: string;
  readonly workload: string;
  readonly unit: Unit;
  /** Absent: measured for the record, not judged. */
  readonly target?: Target | undefined;
}

/** One of the two that are compared: does its share of the work once and says the figure, in the row's unit. */
export interface Side {
  readonly name: string;
  readonly once: (round: number) => Promise<number>;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Figure extends Question {
  readonly ours: { readonly name: string; readonly median: number };
  readonly baseline: { readonly name: string; readonly median: number };
  /** Ours ÷ baseline, round by round. */
  readonly ratio: Spread;
  readonly rounds: number;
}

export interface Rounds {
  readonly warmUp: number;
  readonly rounds: number;
  /** How many times the two change places within a round; the round's figures are the medians of its slices. */
  readonly slices: number;
}

/** Runs the two in turn, A B A B …, in small slices, so that a machine whose speed drifts drifts under both. */
export async function compare(
  question: Question,
  { warmUp, rounds, slices }: Rounds,
  ours: Side,
  baseline: Side,
): Promise<Figure> {
  const figures: [number[], number[]] = [[], []];
  for (let round = -warmUp; round < rounds; round += 1) {
    const sliced: [number[], number[]] = [[], []];
    for (let slice = 0; slice < slices; slice += 1) {
      sliced[0].push(await ours.once(round));
      sliced[1].push(await baseline.once(round));
    }
    if (round < 0) continue;
    figures[0].push(median(sliced[0]));
    figures[1].push(median(sliced[1]));
  }
  return figureOf(question, [ours.name, figures[0]], [baseline.name, figures[1]]);
}

/** A figure of what was measured round by round. */
export function figureOf(
  question: Question,
  [oursName, ours]: readonly [string, readonly number[]],
  [baselineName, baseline]: readonly [string, readonly number[]],
): Figure {
  return {
    ...question,
    ours: { name: oursName, median: median(ours) },
    baseline: { name: baselineName, median: median(baseline) },
    ratio: spreadOf(ours.map((value, round) => value / (baseline[round] ?? Number.NaN))),
    rounds: ours.length,
  };
}

export function isMet({ target, ratio }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return target.at === 'least' ? ratio.median >= target.ratio : ratio.median <= target.ratio;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
