import { ThreadDeletedError } from '../../../src/errors.ts';
import type { LoadOptions, Thread } from '../../../src/journal/index.ts';
import { type Entries, Mutant, type Mutants, type ReadArguments } from './mutant.ts';

export const readMutants: Mutants = {
  'includes toSeq': {
    caughtBy: 'includes fromSeq and excludes toSeq, forward',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        const { toSeq, ...rest } = options;
        yield* super.read(id, typeof toSeq === 'number' ? { ...rest, toSeq: toSeq + 1 } : options);
      }
    },
  },
  'excludes fromSeq': {
    caughtBy: 'includes fromSeq and excludes toSeq, backward',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        const { fromSeq, ...rest } = options;
        yield* super.read(id, typeof fromSeq === 'number' ? { ...rest, fromSeq: fromSeq + 1 } : options);
      }
    },
  },
  'reads one more than the limit': {
    caughtBy: 'reads no more than the limit',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        const { limit, ...rest } = options;
        yield* super.read(id, typeof limit === 'number' ? { ...rest, limit: limit + 1 } : options);
      }
    },
  },
  'takes the limit 0 for none': {
    caughtBy: 'reads no more than the limit',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        yield* super.read(id, { ...options, limit: options.limit === 0 ? undefined : options.limit });
      }
    },
  },
  'counts other kinds against the limit': {
    caughtBy: 'counts only what it gives against the limit',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        const { kinds, ...rest } = options;
        if (!Array.isArray(kinds)) yield* super.read(id, options);
        else for await (const entry of super.read(id, rest)) if (kinds.includes(entry.kind)) yield entry;
      }
    },
  },
  'reads all kinds when none is asked for': {
    caughtBy: 'reads nothing when no kind is asked for',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        yield* super.read(id, { ...options, kinds: options.kinds?.length === 0 ? undefined : options.kinds });
      }
    },
  },
  'turns the first entries round instead of reading the last': {
    caughtBy: 'reads the tail with a limit backward',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        const { direction, ...rest } = options;
        if (direction !== 'backward') return yield* super.read(id, options);
        const found = [];
        for await (const entry of super.read(id, rest)) found.push(entry);
        yield* found.reverse();
      }
    },
  },
  'ends in silence when the thread is deleted': {
    caughtBy: 'ends with an error when the thread is deleted while it is read',
    journal: class extends Mutant {
      override async *read(...args: ReadArguments): Entries {
        try {
          yield* super.read(...args);
        } catch (error) {
          if (!(error instanceof ThreadDeletedError)) throw error;
        }
      }
    },
  },
  'goes over into a thread created anew': {
    caughtBy: 'does not go over into a thread created anew under the id',
    journal: class extends Mutant {
      override async *read(...[id, options = {}]: ReadArguments): Entries {
        let seq = -1;
        try {
          for await (const entry of super.read(id, options)) {
            seq = entry.seq;
            yield entry;
          }
        } catch (error) {
          const forward = error instanceof ThreadDeletedError && options.direction !== 'backward';
          if (!forward || !this.store.threads.has(id)) throw error;
          yield* super.read(id, { ...options, fromSeq: seq + 1 });
        }
      }
    },
  },
  'loses an entry between two pages': {
    caughtBy: 'reads 1,500 entries exactly once, in order, in both directions',
    journal: class extends Mutant {
      override async *read(...args: ReadArguments): Entries {
        for await (const entry of super.read(...args)) if (entry.seq !== 1_024) yield entry;
      }
    },
  },
  'orders by time': {
    caughtBy: 'orders by seq when the clock goes backwards',
    journal: class extends Mutant {
      override async load(id: string, options?: LoadOptions): Promise<Thread | undefined> {
        const thread = await super.load(id, options);
        return thread && { ...thread, entries: thread.entries.toSorted((a, b) => a.at - b.at) };
      }
    },
  },
  'gives the hash of the head for an earlier rev': {
    caughtBy: 'loads the thread as it was at any rev',
    journal: class extends Mutant {
      override async load(id: string, options?: LoadOptions): Promise<Thread | undefined> {
        const thread = await super.load(id, options);
        return thread && { ...thread, hash: (await this.head(id))?.hash ?? thread.hash };
      }
    },
  },
  'loads one entry less than up to the rev': {
    caughtBy: 'loads the thread as it was at any rev',
    journal: class extends Mutant {
      override load(id: string, options: LoadOptions = {}): Promise<Thread | undefined> {
        const { upToRev } = options;
        return super.load(
          id,
          typeof upToRev === 'number' && upToRev > 0 ? { ...options, upToRev: upToRev - 1 } : options,
        );
      }
    },
  },
  'gives the same object to all who load': {
    caughtBy: 'gives a load value of its own to each caller',
    journal: class extends Mutant {
      readonly #loaded = new Map<string, Thread>();
      override async load(id: string, options?: LoadOptions): Promise<Thread | undefined> {
        const thread = await super.load(id, options);
        if (thread === undefined) return undefined;
        const known = this.#loaded.get(`${id} ${thread.hash} ${thread.generation} ${thread.updatedAt}`) ?? thread;
        this.#loaded.set(`${id} ${thread.hash} ${thread.generation} ${thread.updatedAt}`, known);
        return known;
      }
    },
  },
  'loads an empty thread from a head without entries': {
    caughtBy: 'creates the head of a new thread from no entries, while load still answers undefined',
    journal: class extends Mutant {
      override async load(id: string, options?: LoadOptions): Promise<Thread | undefined> {
        const thread = await super.load(id, options);
        const head = thread === undefined ? await this.head(id) : undefined;
        return head === undefined ? thread : { ...head, id, entries: [], stats: { entryCount: 0 } };
      }
    },
  },
};
