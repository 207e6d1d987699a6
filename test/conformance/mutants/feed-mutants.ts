import { cursorText, type FeedEntry, parseCursor, type ReadAllOptions } from '../../../src/journal/index.ts';
import { Mutant, type Mutants } from './mutant.ts';

type Feed = AsyncGenerator<FeedEntry, void, undefined>;

function moved(cursor: string | undefined, by: number): string | undefined {
  const place = cursor === undefined ? undefined : parseCursor(cursor);
  return place === undefined
    ? cursor
    : cursorText(place.epoch, { ...place, position: Math.max(0, place.position + by) });
}

export const feedMutants: Mutants = {
  'gives the entry of the cursor again': {
    caughtBy: 'gives exactly the rest behind any cursor',
    journal: class extends Mutant {
      override async *readAll(options: ReadAllOptions = {}): Feed {
        yield* super.readAll({ ...options, after: moved(options.after, -1) });
      }
    },
  },
  'skips an entry behind the cursor': {
    caughtBy: 'goes on behind the last entry with what was appended since',
    journal: class extends Mutant {
      override async *readAll(options: ReadAllOptions = {}): Feed {
        const position = parseCursor(options.after ?? '')?.position ?? this.store.feed.length;
        yield* super.readAll({ ...options, after: moved(options.after, position < this.store.feed.length ? 1 : 0) });
      }
    },
  },
  'gives thread after thread': {
    caughtBy: 'gives what was acknowledged first before what was appended later',
    journal: class extends Mutant {
      override async *readAll(options: ReadAllOptions = {}): Feed {
        const all: FeedEntry[] = [];
        for await (const entry of super.readAll(options)) all.push(entry);
        yield* all.sort((one, other) => (one.threadId < other.threadId ? -1 : one.threadId > other.threadId ? 1 : 0));
      }
    },
  },
  'goes on with what is appended while it is read': {
    caughtBy: 'ends at what was there when it began, whatever is appended under way',
    journal: class extends Mutant {
      override async *readAll(options: ReadAllOptions = {}): Feed {
        let { after } = options;
        for (let found = true; found; ) {
          found = false;
          for await (const entry of super.readAll({ ...options, after })) {
            found = true;
            after = entry.cursor;
            yield entry;
          }
        }
      }
    },
  },
  'counts the entries of other kinds': {
    caughtBy: 'gives nothing but the asked kinds, whatever is in between',
    journal: class extends Mutant {
      override async *readAll({ kinds, ...options }: ReadAllOptions = {}): Feed {
        for await (const entry of super.readAll(options)) if (kinds?.includes(entry.kind) !== false) yield entry;
      }
    },
  },
  'takes any text for a cursor': {
    caughtBy: 'refuses every text that is no cursor',
    journal: class extends Mutant {
      override async *readAll(options: ReadAllOptions = {}): Feed {
        const { after } = options;
        yield* super.readAll({ ...options, after: after !== undefined && parseCursor(after) ? after : undefined });
      }
    },
  },
  'keeps the entries of deleted threads': {
    caughtBy: 'passes over the entries of a deleted thread',
    journal: class extends Mutant {
      override async *readAll(options: ReadAllOptions = {}): Feed {
        const gone = this.store.erasures.at(-1);
        for await (const entry of super.readAll(options)) {
          yield gone === undefined ? entry : { ...entry, threadId: gone.threadId };
        }
      }
    },
  },
};
