import type { Store } from '../journal/index.ts';
import type { Memory } from './memory.ts';

/** What hibernate and thaw work on: two stores on one database. */
export interface AgentStores {
  readonly journal: Store;
  readonly checkpoints: Store;
  /** Shared by an agent store and all that is bound to a transaction from it. */
  readonly memory: Memory;
}
