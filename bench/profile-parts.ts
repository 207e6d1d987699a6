/** What the inspector gives of a profile. */
export interface Profile {
  readonly nodes: readonly Node[];
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface Part {
  readonly part: string;
  /** A call's self time in it, µs. */
  readonly us: number;
}

/** Self time by part: rooms of `src`, packages, the engine's own; the largest first, and single functions below them. */
export function partsOf({ nodes, samples = [], timeDeltas = [] }: Profile, calls: number): readonly Part[] {
  const self = new Map<number, number>();
  for (const [index, id] of samples.entries()) self.set(id, (self.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const { id, callFrame } of nodes) {
    const time = self.get(id) ?? 0;
    const part = partOf(callFrame);
    add(parts, part, time);
    add(functions, `    ${part} ${callFrame.functionName || '(anonymous)'}:${callFrame.lineNumber + 1}`, time);
  }
  return [...largest(parts, calls, 20), ...largest(functions, calls, 25)];
}

function partOf({ functionName, url }: Node['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'built-in (JSON, crypto, native driver)';
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url);
  if (packaged !== null) return packaged[1] ?? url;
  const room = /\/src\/([^/.]+)/.exec(url);
  if (room !== null) return `src/${room[1]}`;
  return url.startsWith('node:') ? url : 'bench';
}

function add(sums: Map<string, number>, key: string, time: number): void {
  sums.set(key, (sums.get(key) ?? 0) + time);
}

function largest(sums: ReadonlyMap<string, number>, calls: number, count: number): readonly Part[] {
  return [...sums]
    .map(([part, time]) => ({ part, us: time / calls }))
    .sort((one, other) => other.us - one.us)
    .slice(0, count)
    .filter(({ us }) => us >= 0.1);
}
