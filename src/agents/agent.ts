import type { CheckpointKey } from '../checkpoints/index.ts';
import type { CallOptions, Entry, Fields, Thread } from '../journal/index.ts';

/**
 * What can be put to sleep and woken: any object of this form, its class is yours. Its state and its thread are kept,
 * nothing else of it.
 */
export interface Agent {
  readonly id: string;
  /** The name under which its kind is stored: it outlives the name of a class. */
  readonly type: string;
  /** A plain object of the closed set of values, unless `checkpoint` and `restore` translate. */
  state: object;
  /** Its history. Left out for an agent without one. */
  thread?: Thread | undefined;
  /**
   * What is to be kept, in place of `{ state }`; further fields are kept beside it. Not async: state and thread must be
   * those of one moment.
   */
  checkpoint?(): { readonly state: object };
  /** Takes up what was kept, in place of `state = { ...state, ...checkpoint.state }`. */
  restore?(checkpoint: AgentCheckpoint): void | Promise<void>;
  /** The state after an entry that was appended while the agent slept. Pure. Left out, the state stays as it was. */
  evolve?(state: object, entry: Entry): object;
}

/** How agents of a kind are made. A class with these two as static members will do. */
export interface AgentType<A extends Agent = Agent> {
  readonly type: string;
  /** A new agent with this id, as it is before anything happened to it. */
  create(id: string): A;
}

/** Where in which thread an agent was when it was put to sleep. */
export interface ThreadPointer {
  readonly id: string;
  readonly rev: number;
  /** Which thread of that id it was. Left out for one that was never stored. */
  readonly generation?: string;
  readonly hash: string;
}

/** A sleeping agent, as it is stored; what its `checkpoint()` gave beside the state is there too. */
export interface AgentCheckpoint {
  /** Of this form. */
  readonly version: 1;
  readonly type: string;
  readonly id: string;
  readonly state: Fields;
  readonly thread?: ThreadPointer;
  readonly [field: string]: unknown;
}

export interface AgentPlace {
  /** Keeps agents of tenants apart: the same id in two partitions is two agents. Default: none. */
  readonly partition?: string | undefined;
}

export interface HibernateOptions extends AgentPlace, CallOptions {
  /** In place of the agent's id. */
  readonly key?: CheckpointKey | undefined;
}

export interface Hibernated {
  /** The checkpoint's version: it stays the same when nothing had changed. */
  readonly version: number;
  /** How many entries the journal lacked. */
  readonly appended: number;
}

/**
 * `latest`: the state as it was, the thread to its head; `evolve` is given what came after. `exact`: state and thread as
 * they were; it can be hibernated only if the thread has not moved on. `strict`: refuses a thread that has moved on.
 */
export type ThawPolicy = 'latest' | 'exact' | 'strict';

export interface ThawOptions extends AgentPlace, CallOptions {
  /** Default `latest`. */
  readonly policy?: ThawPolicy | undefined;
}
