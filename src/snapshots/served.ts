import type { Store } from '../journal/index.ts';

/** What `load` answered in this process since the journal was opened. */
export interface Served {
  loads: number;
  /** Loads that took at least one segment from a snapshot. */
  loadsFromSnapshots: number;
  entries: number;
  entriesFromSnapshots: number;
}

const known = new WeakMap<Store['life'], Served>();

/** Shared by a journal and all that is bound to a transaction from it. */
export function servedOf({ life }: Store): Served {
  const served = known.get(life) ?? { loads: 0, loadsFromSnapshots: 0, entries: 0, entriesFromSnapshots: 0 };
  known.set(life, served);
  return served;
}
