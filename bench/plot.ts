import { type Contest, type Entrant, STEP } from './contest.ts';
import { median } from './harness.ts';

const WIDTH = 860;
const PANEL = 300;
const LEFT = 64;
const RIGHT = 210;
const TOP = 44;
const GAP = 92;
/** By the beginning of the name, so that a contestant has one colour on both databases. */
const COLOURS = [
  ['thread-journal', '#0b6e4f'],
  ['whole snapshot', '#c1121f'],
  ['emmett', '#1d4ed8'],
  ['LangGraph', '#b45309'],
] as const;
const TICKS_MS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly number[];
}

/** Append latency against the length of the thread: a panel a database, the time on a logarithmic scale. */
export function latencyPlot(contests: readonly Contest[]): string {
  const height = TOP + contests.length * (PANEL + GAP);
  const panels = contests.map((contest, index) => panel(contest, TOP + index * (PANEL + GAP)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<title>Append latency against thread length</title>
<rect width="${WIDTH}" height="${height}" fill="white"/>
${panels.join('\n')}
</svg>
`;
}

function panel({ database, messages, entrants }: Contest, top: number): string {
  const curves = entrants.map(curveOf);
  const all = curves.flatMap(({ points }) => points);
  const low = Math.log(Math.min(...all) * 0.8);
  const high = Math.log(Math.max(...all) * 1.25);
  const x = (length: number): number => LEFT + (length / messages) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number): number => top + PANEL - ((Math.log(ms) - low) / (high - low)) * PANEL;
  const ticks = TICKS_MS.filter(ms => Math.log(ms) >= low && Math.log(ms) <= high).map(
    ms => `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${one(y(ms))}" y2="${one(y(ms))}" stroke="#ddd"/>
<text x="${LEFT - 8}" y="${one(y(ms) + 4)}" text-anchor="end">${ms} ms</text>`,
  );
  const lengths = [0, 0.25, 0.5, 0.75, 1].map(part => Math.round(part * messages));
  const foot = lengths.map(
    length => `<text x="${one(x(length))}" y="${top + PANEL + 18}" text-anchor="middle">${length}</text>`,
  );
  const labels = apart(curves.map(({ points }) => y(points.at(-1) ?? 1)));
  return `<text x="${LEFT}" y="${top - 12}" font-size="15" font-weight="bold">${database}: one append (p50 of ${STEP}), durable</text>
${ticks.join('\n')}
${foot.join('\n')}
<text x="${one(x(messages / 2))}" y="${top + PANEL + 36}" text-anchor="middle">messages in the thread</text>
${curves.map((curve, index) => drawn(curve, x, y, labels[index] ?? 0)).join('\n')}`;
}

function drawn(
  { name, colour, points }: Curve,
  x: (n: number) => number,
  y: (ms: number) => number,
  at: number,
): string {
  const path = points.map((ms, index) => `${one(x((index + 0.5) * STEP))},${one(y(ms))}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>
<text x="${WIDTH - RIGHT + 8}" y="${one(at + 4)}" fill="${colour}">${name}</text>`;
}

/** Labels stand at the ends of their curves, pushed apart where they would overlap. */
function apart(wanted: readonly number[]): readonly number[] {
  const placed = [...wanted];
  const order = wanted.map((_, index) => index).sort((one, other) => (wanted[one] ?? 0) - (wanted[other] ?? 0));
  for (const [rank, index] of order.entries()) {
    const above = placed[order[rank - 1] ?? -1];
    if (above !== undefined) placed[index] = Math.max(placed[index] ?? 0, above + 15);
  }
  return placed;
}

function curveOf({ name, scores }: Entrant): Curve {
  const [, colour] = COLOURS.find(([start]) => name.startsWith(start)) ?? ['', 'black'];
  const steps = scores[0]?.curve.length ?? 0;
  const at = (step: number): number => median(scores.map(({ curve }) => curve[step] ?? Number.NaN));
  return { name, colour, points: Array.from({ length: steps }, (_, step) => at(step)) };
}

function one(value: number): string {
  return value.toFixed(1);
}
