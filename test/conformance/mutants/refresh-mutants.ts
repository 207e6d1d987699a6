import type { Thread } from '../../../src/journal/index.ts';
import { Mutant, type Mutants } from './mutant.ts';

/** The given value with what the stored thread has behind its rev, whatever came before. */
function grown(given: Thread, stored: Thread | undefined): Thread | undefined {
  if (stored === undefined) return undefined;
  const entries = [...given.entries, ...stored.entries.slice(given.rev)];
  return { ...stored, rev: entries.length, entries, stats: { entryCount: entries.length } };
}

export const refreshMutants: Mutants = {
  'takes a thread value for fresh for ever': {
    caughtBy: 'refreshes a thread value to what load gives now',
    journal: class extends Mutant {
      override async refresh(thread: Thread): Promise<Thread | undefined> {
        return (await super.refresh(thread)) && thread;
      }
    },
  },
  'keeps a deleted thread alive in who holds it': {
    caughtBy: 'refreshes a deleted thread to undefined',
    journal: class extends Mutant {
      override async refresh(thread: Thread): Promise<Thread | undefined> {
        return (await super.refresh(thread)) ?? thread;
      }
    },
  },
  'goes on from one generation into the next': {
    caughtBy: 'refreshes to the new thread when the old one was made again',
    journal: class extends Mutant {
      override async refresh(thread: Thread): Promise<Thread | undefined> {
        const stored = await super.refresh(thread);
        const same = stored?.entries[thread.rev - 1]?.id === thread.entries.at(-1)?.id;
        return same ? stored && { ...stored, generation: thread.generation } : stored;
      }
    },
  },
  'puts what is new behind another history': {
    caughtBy: 'refreshes a value whose entries are not the stored ones to these',
    journal: class extends Mutant {
      override async refresh(thread: Thread): Promise<Thread | undefined> {
        return grown(thread, await super.refresh(thread));
      }
    },
  },
  'believes any hash': {
    caughtBy: 'does not believe a hash that is none',
    journal: class extends Mutant {
      override async refresh(thread: Thread): Promise<Thread | undefined> {
        return grown(thread, await super.refresh(thread));
      }
    },
  },
  'refreshes only so many entries': {
    caughtBy: 'refreshes across thousands of new entries',
    journal: class extends Mutant {
      override async refresh(thread: Thread): Promise<Thread | undefined> {
        return this.load(thread.id, { upToRev: thread.rev + 1_000 });
      }
    },
  },
};
