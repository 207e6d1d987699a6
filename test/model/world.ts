import { expect } from 'vitest';
import { type JournalOptions, ThreadJournal } from '../../src/index.ts';
import { MemoryJournal, MemoryStore } from '../../src/testing/index.ts';
import type { Orm } from '../support/backends.ts';
import { sameValue } from '../values/same-value.ts';
import { type Command, perform } from './commands.ts';

/** Loads leave snapshots behind, and the next ones find them, also those of another history in the same tables. */
const SEALING = { minTail: 1, segmentEntries: 2 };
const ROLL_BACK = new Error('rolled back, as the history says');

/**
 * A database journal and the model side by side. Clock and ids are counted anew for each command, on both sides from
 * the same start, so that ids, generations, times and hashes are equal to the letter.
 */
export class World {
  readonly #orm: Orm;
  readonly #store = new MemoryStore();
  readonly #Real: typeof ThreadJournal;
  readonly #given: JournalOptions;
  #command = 0;
  #real: ThreadJournal;
  #model: MemoryJournal;
  readonly #counters: (() => void)[] = [];

  constructor(orm: Orm, Real: typeof ThreadJournal = ThreadJournal, options: JournalOptions = {}) {
    this.#orm = orm;
    this.#Real = Real;
    this.#given = options;
    this.#real = new Real(orm, this.#options());
    this.#model = new MemoryJournal(this.#options(), this.#store);
  }

  async run(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      if (command.act === 'transaction') await this.#transaction(command.kept, command.commands);
      else if (command.act === 'reopen') this.#real = new this.#Real(this.#orm, this.#options());
      else await this.#step(command);
    }
  }

  async #step(step: Parameters<typeof perform>[1]): Promise<void> {
    this.#command += 1;
    for (const reset of this.#counters) reset();
    const rev = 'thread' in step ? ((await this.#model.head(step.thread))?.rev ?? 0) : 0;
    const [real, model] = [await perform(this.#real, step, rev), await perform(this.#model, step, rev)];
    if (!sameValue(real, model)) expect(real, `command ${this.#command}, ${step.act}`).toEqual(model);
    expect(sameValue(real, model), `command ${this.#command}, ${step.act}`).toBe(true);
  }

  /** The model has no transactions: it is put back to where it was. Inside another one, this is a savepoint. */
  async #transaction(kept: boolean, commands: readonly Command[]): Promise<void> {
    const threads = new Map(this.#store.threads);
    const erasures = [...this.#store.erasures];
    const feed = [...this.#store.feed];
    const done = this.#orm.em.transactional(async () => {
      // The feed is refused inside a transaction.
      await this.run(commands.filter(({ act }) => act !== 'readAll'));
      if (!kept) throw ROLL_BACK;
    });
    await done.catch(error => {
      if (error !== ROLL_BACK) throw error;
      this.#store.threads.clear();
      for (const [id, thread] of threads) this.#store.threads.set(id, thread);
      this.#store.erasures.splice(0, Infinity, ...erasures);
      this.#store.feed.splice(0, Infinity, ...feed);
    });
  }

  #options(): JournalOptions {
    let count = 0;
    this.#counters.push(() => {
      count = 0;
    });
    const newId = (): string => {
      count += 1;
      return `${this.#command}-${count}`;
    };
    return { snapshots: SEALING, ...this.#given, now: () => this.#command * 1_000, newId };
  }
}
