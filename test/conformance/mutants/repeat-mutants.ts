import { DuplicateEntryError, RevConflictError } from '../../../src/errors.ts';
import type { AppendResult } from '../../../src/journal/index.ts';
import { type AppendArguments, Mutant, type Mutants } from './mutant.ts';

export const repeatMutants: Mutants = {
  'looks at the guard before it looks for a repeat': {
    caughtBy: 'recognises a repeated append although its guard is stale by now',
    journal: class extends Mutant {
      override async append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { expectedRev } = options;
        const actualRev = this.store.threads.get(id)?.entries.length ?? 0;
        if (typeof expectedRev !== 'number' || expectedRev === actualRev) return super.append(id, entries, options);
        throw new RevConflictError({ threadId: id, expectedRev, actualRev });
      }
    },
  },
  'compares the time of a repeat': {
    caughtBy: 'does not compare the time of a repeat, and keeps the recorded one',
    journal: class extends Mutant {
      override async append(...[id, entries, options]: AppendArguments): Promise<AppendResult> {
        const result = await super.append(id, entries, options);
        const same = entries.every(({ at }, index) => at === undefined || at === result.entries[index]?.at);
        if (same) return result;
        throw new DuplicateEntryError({ threadId: id, entryIds: result.entries.map(entry => entry.id) });
      }
    },
  },
  'says that a repeat was created': {
    caughtBy: 'recognises a repeated append and gives back what is recorded',
    journal: class extends Mutant {
      override async append(...args: AppendArguments): Promise<AppendResult> {
        return { ...(await super.append(...args)), created: true };
      }
    },
  },
  'answers a repeat with the rev of then': {
    caughtBy: 'answers a repeat with the rev as of now',
    journal: class extends Mutant {
      override async append(...args: AppendArguments): Promise<AppendResult> {
        const result = await super.append(...args);
        const last = result.entries.at(-1);
        return last === undefined ? result : { ...result, rev: last.seq + 1 };
      }
    },
  },
  'touches the thread on a repeat': {
    caughtBy: 'does not compare the time of a repeat, and keeps the recorded one',
    journal: class extends Mutant {
      override async append(...args: AppendArguments): Promise<AppendResult> {
        const result = await super.append(...args);
        if (!result.created) await super.append(args[0], []);
        return result;
      }
    },
  },
  'records the rest of a partial repeat': {
    caughtBy: 'refuses new entries behind recorded ones',
    journal: class extends Mutant {
      override async append(...[id, entries, options]: AppendArguments): Promise<AppendResult> {
        try {
          return await super.append(id, entries, options);
        } catch (error) {
          if (!(error instanceof DuplicateEntryError)) throw error;
          const rest = entries.filter(entry => !error.entryIds.includes(entry.id ?? ''));
          return super.append(id, rest, options);
        }
      }
    },
  },
  'records a repeat again under ids of its own': {
    caughtBy: 'records entries once when many retry them at once',
    journal: class extends Mutant {
      override append(...[id, entries, options]: AppendArguments): Promise<AppendResult> {
        const held = new Set(this.store.threads.get(id)?.entries.map(entry => entry.id));
        const fresh = Array.isArray(entries) && entries.some(entry => held.has(entry?.id ?? ''));
        return super.append(id, fresh ? entries.map(({ id: _, ...entry }) => entry) : entries, options);
      }
    },
  },
  'names all ids of a refused append': {
    caughtBy: 'names only the recorded ids, also when the content is right',
    journal: class extends Mutant {
      override async append(...[id, entries, options]: AppendArguments): Promise<AppendResult> {
        try {
          return await super.append(id, entries, options);
        } catch (error) {
          if (!(error instanceof DuplicateEntryError)) throw error;
          throw new DuplicateEntryError({ threadId: id, entryIds: entries.map(entry => entry.id ?? '') });
        }
      }
    },
  },
  'takes an id that another thread has for a duplicate': {
    caughtBy: 'keeps the entries of different threads apart, also when their ids are the same',
    journal: class extends Mutant {
      override async append(...[id, entries, options]: AppendArguments): Promise<AppendResult> {
        for (const [other, thread] of this.store.threads) {
          const held = thread.entries.find(entry =>
            other.startsWith(`${id}-`) || id.startsWith(`${other}-`)
              ? entries.some(({ id }) => id === entry.id)
              : false,
          );
          if (held) throw new DuplicateEntryError({ threadId: id, entryIds: [held.id] });
        }
        return super.append(id, entries, options);
      }
    },
  },
};
