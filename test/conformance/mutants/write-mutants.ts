import { InvalidEntryError } from '../../../src/errors.ts';
import type { AppendResult, Fields, NewEntry } from '../../../src/journal/index.ts';
import { type AppendArguments, Mutant, type Mutants } from './mutant.ts';

/** A bug in what becomes of each entry on its way in. */
function changing(change: (entry: NewEntry) => NewEntry): typeof Mutant {
  return class extends Mutant {
    override append(...[id, entries, options]: AppendArguments): Promise<AppendResult> {
      const objects = Array.isArray(entries) && entries.every(entry => entry?.constructor === Object);
      return super.append(id, objects ? entries.map(change) : entries, options);
    }
  };
}

function viaJson(payload: Fields | undefined): Fields | undefined {
  try {
    return JSON.parse(JSON.stringify(payload));
  } catch {
    return payload;
  }
}

export const writeMutants: Mutants = {
  'overwrites the metadata with that of a later append': {
    caughtBy: 'ignores the metadata of later appends',
    journal: class extends Mutant {
      override async append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const result = await super.append(id, entries, options);
        const thread = this.store.threads.get(id);
        const metadata = JSON.stringify(options.metadata);
        if (thread && options.metadata && metadata) this.store.threads.set(id, { ...thread, metadata });
        return result;
      }
    },
  },
  'loses the metadata of an append without entries': {
    caughtBy: 'creates the head of a new thread from no entries, while load still answers undefined',
    journal: class extends Mutant {
      override append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        const { metadata: _, ...rest } = options;
        return super.append(id, entries, entries?.length === 0 ? rest : options);
      }
    },
  },
  'does nothing when there are no entries': {
    caughtBy: 'changes nothing but updatedAt when no entries are appended to an existing thread',
    journal: class extends Mutant {
      override async append(...[threadId, entries, options]: AppendArguments): Promise<AppendResult> {
        if (entries?.length !== 0) return super.append(threadId, entries, options);
        const rev = this.store.threads.get(threadId)?.entries.length ?? 0;
        return { threadId, generation: '', rev, entries: [], created: false };
      }
    },
  },
  'writes the good entries before a bad one': {
    caughtBy: 'writes nothing of an append to an existing thread when one entry of it is bad',
    journal: class extends Mutant {
      override async append(...[id, entries, options]: AppendArguments): Promise<AppendResult> {
        try {
          return await super.append(id, entries, options);
        } catch (error) {
          if (error instanceof InvalidEntryError && entries.length > 1) await this.append(id, entries.slice(0, -1));
          throw error;
        }
      }
    },
  },
  "gives back the caller's own objects": {
    caughtBy: 'is not changed by what a caller does to the answer of append',
    journal: class extends Mutant {
      override async append(...args: AppendArguments): Promise<AppendResult> {
        const result = await super.append(...args);
        const entries = result.entries.map((entry, index) => ({ ...entry, payload: args[1][index]?.payload ?? {} }));
        return { ...result, entries };
      }
    },
  },
  'reads the entries only after a while': {
    caughtBy: 'records what the entries were when append was called',
    journal: class extends Mutant {
      override async append(...args: AppendArguments): Promise<AppendResult> {
        await Promise.resolve();
        return super.append(...args);
      }
    },
  },
  'stores what plain JSON makes of a payload': {
    caughtBy: 'keeps dates',
    journal: changing(entry => ({ ...entry, payload: viaJson(entry.payload) })),
  },
  'sorts the keys of a payload': {
    caughtBy: 'keeps the order of keys',
    journal: changing(({ payload, ...entry }) => ({
      ...entry,
      payload: payload && Object.fromEntries(Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1))),
    })),
  },
  'ignores refs': {
    caughtBy: 'creates a thread with its first entries and hands back what it recorded',
    journal: changing(({ refs: _, ...entry }) => entry),
  },
  'ignores times': {
    caughtBy: 'keeps any safe integer as the time of an entry',
    journal: changing(({ at: _, ...entry }) => entry),
  },
  'writes ids in NFC': {
    caughtBy: 'takes ids that differ by case, by a space or by normalisation for different ones',
    journal: changing(entry => ({
      ...entry,
      id: typeof entry.id === 'string' ? entry.id.normalize() : entry.id,
    })),
  },
  'trims kinds': {
    caughtBy: 'keeps any kind, recommended or not',
    journal: changing(entry => ({
      ...entry,
      kind: (typeof entry.kind === 'string' && entry.kind.trim()) || entry.kind,
    })),
  },
  'makes strings of ids': {
    caughtBy: 'append rejects every wrong type of entries[1].id, and writes nothing',
    journal: changing(entry => ({
      ...entry,
      id: typeof entry.id === 'number' ? String(entry.id) : entry.id,
    })),
  },
  'drops fields it does not know': {
    caughtBy: 'refuses a field of an entry that it would not keep, and writes nothing',
    journal: changing(({ id, at, kind, payload, refs }) => ({ id, at, kind, payload, refs })),
  },
};
