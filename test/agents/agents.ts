import {
  type Agent,
  type AgentCheckpoint,
  AgentStore,
  appendToThread,
  CheckpointStore,
  type Entry,
  type NewEntry,
  newThread,
  type Thread,
  ThreadJournal,
} from '../../src/index.ts';
import type { Orm } from '../support/backends.ts';

/** The agent of most tests: a few fields of state, and a thread when it is given one. */
export class Clerk implements Agent {
  static readonly type: string = 'clerk';
  static create(id: string): Clerk {
    return new Clerk(id);
  }
  readonly type = 'clerk';
  readonly id: string;
  state: { step: number; status: string; data: Record<string, unknown> } = { step: 0, status: 'idle', data: {} };
  thread: Thread | undefined;
  constructor(id: string) {
    this.id = id;
  }
  /** Gives it a thread if it has none, and appends. */
  say(...entries: readonly NewEntry[]): this {
    this.thread = appendToThread(this.thread ?? newThread(`thread-of-${this.id}`), entries);
    return this;
  }
}

/** Keeps something else than its state, and translates. */
export class Translator implements Agent {
  static readonly type: string = 'translator';
  static create(id: string): Translator {
    return new Translator(id);
  }
  readonly type = 'translator';
  readonly id: string;
  state: object = { words: new Map<string, string>() };
  thread: Thread | undefined;
  restored: AgentCheckpoint | undefined;
  constructor(id: string) {
    this.id = id;
  }
  checkpoint(): { state: object; marker: string } {
    return {
      state: { words: Object.fromEntries((this.state as { words: Map<string, string> }).words) },
      marker: 'custom',
    };
  }
  restore(checkpoint: AgentCheckpoint): void {
    this.restored = checkpoint;
    this.state = { words: new Map(Object.entries(checkpoint.state['words'] as Record<string, string>)) };
  }
}

/** Counts what it was told while it slept. */
export class Listener extends Clerk {
  static override readonly type = 'clerk';
  static override create(id: string): Listener {
    return new Listener(id);
  }
  evolve(state: Clerk['state'], { seq, payload }: Entry): Clerk['state'] {
    return { ...state, step: state.step + 1, data: { ...state.data, [seq]: payload['n'] } };
  }
}

export interface Stores {
  readonly journal: ThreadJournal;
  readonly checkpoints: CheckpointStore;
  readonly agents: AgentStore;
}

export function storesOn(orm: Orm, options: ConstructorParameters<typeof ThreadJournal>[1] = {}): Stores {
  const journal = new ThreadJournal(orm, options);
  const checkpoints = new CheckpointStore(orm);
  return { journal, checkpoints, agents: new AgentStore({ journal, checkpoints }) };
}

/** Something that an error must not be: the answer. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    value => ({ answered: value }),
    (error: unknown) => error,
  );
}
