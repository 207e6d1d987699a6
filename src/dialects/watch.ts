import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Runner } from './session.ts';

export interface WatchNeeds {
  readonly em: SqlEntityManager;
  readonly runner: Runner;
  /** Where other processes tell of their commits. */
  readonly channel: string;
  /** Leads past a pooler, which would not let notifications through. */
  readonly url: string | undefined;
  /** How often a connection that only listens must prove that it still hears. */
  readonly heartbeatMs: number;
  /** Another connection has committed something: what was told of it, or undefined when it may have been anything. */
  heard(payload: string | undefined): void;
  /** False while commits would not be heard. */
  healthy(is: boolean): void;
}

export interface Watching {
  /** Frees its timers and its connection at once. */
  stop(): void;
}

export type Watch = (needs: WatchNeeds) => Watching;
