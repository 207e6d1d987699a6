import type { AppendOptions, Entry, NewEntry, ReadOptions } from '../../../src/journal/index.ts';
import type { JournalOptions } from '../../../src/options.ts';
import { MemoryJournal, MemoryStore } from '../../../src/testing/index.ts';

export type AppendArguments = readonly [threadId: string, entries: readonly NewEntry[], options?: AppendOptions];
export type ReadArguments = readonly [threadId: string, options?: ReadOptions];
export type Entries = AsyncGenerator<Entry, void, undefined>;

/** The model with its store in reach, to put one bug in. */
export class Mutant extends MemoryJournal {
  readonly store: MemoryStore;
  constructor(options?: JournalOptions, store: MemoryStore = new MemoryStore()) {
    super(options, store);
    this.store = store;
  }
}

/** By the bug that each of them has; with the case that has to find it, so that none is found by accident. */
export type Mutants = Readonly<Record<string, { readonly caughtBy: string; readonly journal: typeof Mutant }>>;
