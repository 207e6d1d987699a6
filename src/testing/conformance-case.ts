import { randomUUID } from 'node:crypto';
import type { Journal } from '../journal/index.ts';
import type { JournalOptions } from '../options.ts';

/** A journal on one store that all cases share and that has its tables. Each call gives another journal. */
export type OpenJournal = (options?: JournalOptions) => Promise<Journal>;

/** One guarantee of the contract. `run` rejects when the journal does not keep it. */
export interface ConformanceCase {
  /** The guarantee, in plain words. */
  readonly title: string;
  /** The behaviours of the source system that this case carries over. */
  readonly labels?: readonly string[] | undefined;
  run(open: OpenJournal): Promise<void>;
}

/** What a case works with: all of it its own, so that cases can share a store, in any order, again and again. */
export interface Scene {
  readonly journal: Journal;
  /** A thread that does not exist yet. */
  readonly threadId: string;
  /** One more journal on the same store; closed when the case is over. */
  readonly open: OpenJournal;
}

export interface CaseOptions {
  readonly labels?: readonly string[];
  /** For the scene's journal. */
  readonly journal?: JournalOptions;
}

export function conformanceCase(
  title: string,
  body: (scene: Scene) => Promise<void>,
  { labels, journal: options }: CaseOptions = {},
): ConformanceCase {
  return {
    title,
    labels,
    run: async shared => {
      const opened: Journal[] = [];
      const open: OpenJournal = async given => {
        const journal = await shared(given);
        opened.push(journal);
        return journal;
      };
      try {
        await body({ journal: await open(options), threadId: `kit-${randomUUID()}`, open });
      } finally {
        for (const journal of opened) await journal.close();
      }
    },
  };
}
