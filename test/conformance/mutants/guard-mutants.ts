import { RevConflictError } from '../../../src/errors.ts';
import type { AppendResult } from '../../../src/journal/index.ts';
import { type AppendArguments, Mutant, type Mutants } from './mutant.ts';

export const guardMutants: Mutants = {
  'ignores the guard 0': {
    caughtBy: 'refuses the guard 0 on a thread that has entries',
    journal: class extends Mutant {
      override append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { expectedRev, ...rest } = options;
        return super.append(id, entries, expectedRev === 0 ? rest : options);
      }
    },
  },
  'accepts any guard on a thread that is not there': {
    caughtBy: 'refuses a guard above 0 on a thread that does not exist, and does not create it',
    journal: class extends Mutant {
      override append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { expectedRev: _, ...rest } = options;
        return super.append(id, entries, this.store.threads.has(id) ? options : rest);
      }
    },
  },
  'takes the guard for the least rev': {
    caughtBy: 'refuses a stale rev, names both revs, and leaves the thread as it was',
    journal: class extends Mutant {
      override append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { expectedRev, ...rest } = options;
        const rev = this.store.threads.get(id)?.entries.length ?? 0;
        return super.append(id, entries, typeof expectedRev === 'number' && rev > expectedRev ? rest : options);
      }
    },
  },
  'checks the guard first and appends later': {
    caughtBy: 'lets exactly one of ten appends with the same guard win',
    journal: class extends Mutant {
      override async append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { expectedRev, ...rest } = options;
        if ((await this.head(id))?.rev === expectedRev) return super.append(id, entries, rest);
        return super.append(id, entries, options);
      }
    },
  },
  'ignores the guard of an append without entries': {
    caughtBy: 'honours the guard of an append without entries',
    journal: class extends Mutant {
      override append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { expectedRev: _, ...rest } = options;
        return super.append(id, entries, entries?.length === 0 ? rest : options);
      }
    },
  },
  'names the rev after the conflict instead of the rev it found': {
    caughtBy: 'refuses a stale rev, names both revs, and leaves the thread as it was',
    journal: class extends Mutant {
      override async append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        try {
          return await super.append(id, entries, options);
        } catch (error) {
          if (!(error instanceof RevConflictError)) throw error;
          throw new RevConflictError({ ...error, actualRev: error.actualRev + entries.length });
        }
      }
    },
  },
  'creates the head before it looks at the guard': {
    caughtBy: 'creates no head when an append without entries expects a thread that is not there',
    journal: class extends Mutant {
      override async append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { expectedRev } = options;
        if (typeof expectedRev === 'number' && !this.store.threads.has(id)) await super.append(id, []);
        return super.append(id, entries, options);
      }
    },
  },
  'takes null for no guard': {
    caughtBy: 'append rejects every wrong type of expectedRev, and writes nothing',
    journal: class extends Mutant {
      override append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        return super.append(id, entries, { ...options, expectedRev: options.expectedRev ?? undefined });
      }
    },
  },
  'gives up unguarded appends when others append': {
    caughtBy: 'lets 20 appends at once all succeed, each with seqs of its own and without gaps',
    journal: class extends Mutant {
      override async append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const expectedRev = options.expectedRev ?? (await this.head(id))?.rev ?? 0;
        return super.append(id, entries, { ...options, expectedRev });
      }
    },
  },
};
