import { InvalidArgumentError } from '../../../src/errors.ts';
import type {
  AppendResult,
  CallOptions,
  Erasure,
  ErasuresOptions,
  ThreadHead,
  ThreadsOptions,
} from '../../../src/journal/index.ts';
import { type AppendArguments, Mutant, type Mutants } from './mutant.ts';

type Heads = AsyncGenerator<ThreadHead, void, undefined>;
type Erasures = AsyncGenerator<Erasure, void, undefined>;

export const storeMutants: Mutants = {
  'orders threads by UTF-16 units': {
    caughtBy: 'orders ids beyond the basic plane after all others',
    journal: class extends Mutant {
      override async *threads(options: ThreadsOptions = {}): Heads {
        const heads = [];
        for await (const head of super.threads(options)) heads.push(head);
        yield* heads.sort((a, b) => (a.threadId < b.threadId ? -1 : 1));
      }
    },
  },
  'orders threads as a dictionary does': {
    caughtBy: 'orders ids by their bytes, not by the alphabet',
    journal: class extends Mutant {
      override async *threads(options: ThreadsOptions = {}): Heads {
        const heads = [];
        for await (const head of super.threads(options)) heads.push(head);
        yield* heads.sort((a, b) => a.threadId.localeCompare(b.threadId, 'en'));
      }
    },
  },
  'lists the thread that it should start behind': {
    caughtBy: 'starts behind the given id, whether it is there or not',
    journal: class extends Mutant {
      override async *threads(options: ThreadsOptions = {}): Heads {
        const head = typeof options.after === 'string' && options.after !== '' && (await this.head(options.after));
        if (head) yield head;
        yield* super.threads(options);
      }
    },
  },
  'hides threads without entries': {
    caughtBy: 'lists each thread with its head',
    journal: class extends Mutant {
      override async *threads(options: ThreadsOptions = {}): Heads {
        for await (const head of super.threads(options)) if (head.rev > 0) yield head;
      }
    },
  },
  'keeps the generation of a thread that is created again': {
    caughtBy: 'gives a thread another generation each time it is created',
    journal: class extends Mutant {
      override async append(...args: AppendArguments): Promise<AppendResult> {
        const result = await super.append(...args);
        const thread = this.store.threads.get(args[0]);
        const old = this.store.erasures.find(({ threadId }) => threadId === args[0]);
        if (thread && old) this.store.threads.set(args[0], { ...thread, generation: old.generation });
        return result;
      }
    },
  },
  'empties a thread instead of deleting it': {
    caughtBy: 'starts again at seq 0 with nothing of the old thread',
    journal: class extends Mutant {
      override async delete(id: string, options?: CallOptions): Promise<void> {
        const thread = this.store.threads.get(id);
        await super.delete(id, options);
        if (thread) this.store.threads.set(id, { ...thread, entries: [], hashes: thread.hashes.slice(0, 1) });
      }
    },
  },
  'complains when there is nothing to delete': {
    caughtBy: 'deletes a thread that does not exist, and one twice, without complaint',
    journal: class extends Mutant {
      override async delete(id: string, options?: CallOptions): Promise<void> {
        const there = await this.head(id, options);
        if (there === undefined) throw new InvalidArgumentError({ argument: 'threadId', reason: 'no such thread' });
        await super.delete(id, options);
      }
    },
  },
  'deletes every thread whose id begins so': {
    caughtBy: 'leaves every other thread alone',
    journal: class extends Mutant {
      override async delete(id: string, options?: CallOptions): Promise<void> {
        await super.delete(id, options);
        for (const other of [...this.store.threads.keys()]) if (other.startsWith(id)) await super.delete(other);
      }
    },
  },
  'records no erasure of a thread without entries': {
    caughtBy: 'records a head that was deleted without entries',
    journal: class extends Mutant {
      override async delete(id: string, options?: CallOptions): Promise<void> {
        const rev = this.store.threads.get(id)?.entries.length;
        await super.delete(id, options);
        if (rev === 0) this.store.erasures.pop();
      }
    },
  },
  'lists erasures in the order of the deletions': {
    caughtBy: 'lists the records of one thread by generation, bytewise',
    journal: class extends Mutant {
      override async *erasures(options: ErasuresOptions = {}): Erasures {
        const found = [];
        for await (const erasure of super.erasures(options)) found.push(erasure);
        const { erasures } = this.store;
        const when = ({ generation }: Erasure) => erasures.findIndex(one => one.generation === generation);
        yield* found.sort((a, b) => when(a) - when(b));
      }
    },
  },
  'skips the other erasures of the thread it starts behind': {
    caughtBy: 'starts behind the given record, within a thread too',
    journal: class extends Mutant {
      override async *erasures(options: ErasuresOptions = {}): Erasures {
        for await (const erasure of super.erasures(options)) {
          if (erasure.threadId !== options.after?.threadId) yield erasure;
        }
      }
    },
  },
  'still reads when it is closed': {
    caughtBy: 'rejects head after it was closed',
    journal: class extends Mutant {
      override async close(): Promise<void> {
        this.append = () => super.append('', []);
      }
    },
  },
  'writes although it was aborted': {
    caughtBy: 'creates no thread when an append is aborted before it begins',
    journal: class extends Mutant {
      override append(...[id, entries, options = {}]: AppendArguments): Promise<AppendResult> {
        return super.append(id, entries, { ...options, signal: undefined });
      }
    },
  },
  'throws where it should reject': {
    caughtBy: 'head rejects every wrong type of threadId, and writes nothing',
    journal: class extends Mutant {
      override head(id: string, options?: CallOptions): Promise<ThreadHead | undefined> {
        if (typeof id !== 'string')
          throw new InvalidArgumentError({ argument: 'threadId', reason: 'must be a string' });
        return super.head(id, options);
      }
    },
  },
  'shows the payload in an error': {
    caughtBy: 'shows nothing of a payload in a rev_conflict error',
    journal: class extends Mutant {
      override async append(...args: AppendArguments): Promise<AppendResult> {
        try {
          return await super.append(...args);
        } catch (error) {
          if (error instanceof Error) error.message += ` ${JSON.stringify(args[1]?.[0]?.payload)?.slice(0, 80)}`;
          throw error;
        }
      }
    },
  },
};
