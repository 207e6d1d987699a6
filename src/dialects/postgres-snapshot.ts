/** What a snapshot of PostgreSQL says: transactions below `xmax` are done, except those in `running`. */
export interface Snapshot {
  readonly xmax: bigint;
  readonly running: readonly bigint[];
}

const NUMBER = '(?:0|[1-9][0-9]{0,19})';
const FORM = new RegExp(`^(${NUMBER}):(${NUMBER}):((?:${NUMBER}(?:,${NUMBER})*)?)$`);
const LARGEST = 2n ** 64n;

/** Undefined for what PostgreSQL would not read, or would write otherwise. */
export function parseSnapshot(text: string): Snapshot | undefined {
  const [, first, last, list = ''] = FORM.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const xmin = BigInt(first);
  const xmax = BigInt(last);
  const running = list === '' ? [] : list.split(',').map(BigInt);
  const bounds = [...running, xmax];
  const ordered = bounds.every((xid, index) => index === 0 || xid > (bounds[index - 1] ?? xid));
  return xmin > 0n && xmax < LARGEST && ordered && xmin <= (bounds[0] ?? xmax) ? { xmax, running } : undefined;
}

export function printSnapshot({ xmax, running }: Snapshot): string {
  return `${running[0] ?? xmax}:${xmax}:${running.join(',')}`;
}

/**
 * What was seen of the journal, said by the newest transaction that has rows in it. The same as the whole snapshot for
 * every row there is or will be; but it names no transaction that a crash of the server could take back and give out
 * again, it stays the same while nothing is appended, and it is shorter.
 */
export function seenOf(now: Snapshot, newest: bigint | undefined, before: Snapshot | undefined): Snapshot | undefined {
  const seen = newest === undefined ? 0n : newest + 1n;
  // After a delete the newest may be older than what was seen before.
  const xmax = before !== undefined && before.xmax > seen ? before.xmax : seen;
  return xmax === 0n ? undefined : { xmax, running: now.running.filter(xid => xid < xmax) };
}
