import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AppendOptions,
  type AppendResult,
  type CallOptions,
  type Entry,
  type Erasure,
  type ErasuresOptions,
  type FeedEntry,
  type Journal,
  type JournalOptions,
  type LoadOptions,
  type NewEntry,
  type ReadAllOptions,
  type ReadOptions,
  type SnapshotEvent,
  type Thread,
  type ThreadHead,
  ThreadJournal,
  type ThreadsOptions,
} from '../../src/index.ts';
import { conformanceCases } from '../../src/testing/index.ts';
import type { Orm } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { Random } from './random.ts';
import { STATES, type State, vandalise } from './vandal.ts';

/** A failure prints its seed; give it back in FIVE_STATES_SEED. */
const SEED = Number(process.env['FIVE_STATES_SEED'] ?? Math.floor(Math.random() * 1e9));
const SMALL = { minTail: 1, segmentEntries: 3 };

/** A journal whose snapshots somebody tampers with between its calls. */
class TamperedJournal implements Journal {
  readonly #orm: Orm;
  readonly #random: Random;
  readonly #journal: ThreadJournal;
  readonly #rebuilder: ThreadJournal;
  readonly #counts: Map<State, number>;

  constructor(orm: Orm, options: JournalOptions, random: Random, counts: Map<State, number>) {
    this.#orm = orm;
    this.#random = random;
    this.#counts = counts;
    this.#journal = new ThreadJournal(orm, { ...options, snapshots: SMALL });
    this.#rebuilder = new ThreadJournal(orm, { snapshots: SMALL });
  }

  append(threadId: string, entries: readonly NewEntry[], options?: AppendOptions): Promise<AppendResult> {
    return this.#then(threadId, this.#journal.append(threadId, entries, options));
  }
  load(threadId: string, options?: LoadOptions): Promise<Thread | undefined> {
    return this.#then(threadId, this.#journal.load(threadId, options));
  }
  refresh(thread: Thread, options?: CallOptions): Promise<Thread | undefined> {
    return this.#then(thread?.id, this.#journal.refresh(thread, options));
  }
  head(threadId: string, options?: CallOptions): Promise<ThreadHead | undefined> {
    return this.#then(threadId, this.#journal.head(threadId, options));
  }
  read(threadId: string, options?: ReadOptions): AsyncIterable<Entry> {
    return this.#journal.read(threadId, options);
  }
  readAll(options?: ReadAllOptions): AsyncIterable<FeedEntry> {
    return this.#journal.readAll(options);
  }
  threads(options?: ThreadsOptions): AsyncIterable<ThreadHead> {
    return this.#journal.threads(options);
  }
  delete(threadId: string, options?: CallOptions): Promise<void> {
    return this.#then(threadId, this.#journal.delete(threadId, options));
  }
  erasures(options?: ErasuresOptions): AsyncIterable<Erasure> {
    return this.#journal.erasures(options);
  }
  async close(): Promise<void> {
    await this.#journal.close();
  }

  /** Once a call is answered, so that the next one finds the snapshots in another state. */
  async #then<T>(threadId: string, call: Promise<T>): Promise<T> {
    const answer = await call;
    const state = this.#random.pick(STATES);
    await vandalise(this.#orm, this.#rebuilder, threadId, state, this.#random);
    this.#counts.set(state, (this.#counts.get(state) ?? 0) + 1);
    return answer;
  }
}

describe(`FIVE_STATES_SEED=${SEED}`, () => {
  eachBackend(bench => {
    const random = new Random(SEED);
    const counts = new Map<State, number>();
    const events: SnapshotEvent[] = [];
    const listen = (message: unknown): void => {
      events.push(message as SnapshotEvent);
    };
    beforeAll(() => subscribe('thread-journal:snapshot', listen));
    afterAll(() => {
      unsubscribe('thread-journal:snapshot', listen);
    });

    for (const { title, run } of conformanceCases) {
      test(title, () => run(async options => new TamperedJournal(bench.orm, options ?? {}, random, counts)));
    }

    test('and snapshots were in each of the states, and were refused where they had to be', () => {
      for (const state of STATES) expect(counts.get(state)).toBeGreaterThan(100);
      expect(events.filter(({ event }) => event === 'ignored').length).toBeGreaterThan(50);
      expect(events.filter(({ event }) => event === 'sealed').length).toBeGreaterThan(50);
    });
  });
});
