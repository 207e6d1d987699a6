import type { EventSubscriber, TransactionEventArgs } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { inCleanContext } from './clean-context.ts';
import type { Entry } from './entry.ts';
import type { Scope } from './scope.ts';
import type { Store } from './store.ts';

/** What this process changed of a thread, once it is committed. */
export interface Committed {
  readonly threadId: string;
  /** What was appended, and to which generation; without them: look for yourself. */
  readonly generation?: string | undefined;
  readonly entries?: readonly Entry[] | undefined;
}

/**
 * Who hears of commits, of all journals on one ORM. Registered with the ORM's event manager to learn when a transaction
 * of the host commits: the one thing that a journal leaves behind there.
 *
 * MikroORM tells of savepoints as of commits, and of a COMMIT that the database turned into a ROLLBACK as of any other.
 * So what is staged for the outermost commit is only ever a reason to look, and never says what is there.
 */
export class Commits implements EventSubscriber {
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #outermost = new WeakMap<object, object>();
  readonly #starting = new WeakMap<object, object>();
  readonly #staged = new WeakMap<object, (() => void)[]>();

  /** Returns the way to stop. */
  listen(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Listeners are not in the transaction that has just ended, nor in the caller's: they may read. */
  tell(committed: Committed): void {
    if (this.#listeners.size === 0) return;
    inCleanContext(() => {
      for (const listener of this.#listeners) listener(committed);
    });
  }

  /** Acts when the outermost transaction around `em` has committed, if ever. */
  stage(em: SqlEntityManager, act: () => void): void {
    const transaction = em.getTransactionContext<object>();
    if (transaction === undefined) return;
    // One that began before this was registered, or past the event manager, has no known outside.
    const outermost = this.#outermost.get(transaction) ?? transaction;
    const acts = this.#staged.get(outermost);
    if (acts === undefined) this.#staged.set(outermost, [act]);
    else acts.push(act);
  }

  beforeTransactionStart({ em, transaction }: TransactionEventArgs): void {
    if (transaction === undefined) this.#starting.delete(em);
    else this.#starting.set(em, transaction);
  }

  afterTransactionStart({ em, transaction }: TransactionEventArgs): void {
    const parent = this.#starting.get(em);
    this.#starting.delete(em);
    if (transaction === undefined || parent === undefined) return;
    this.#outermost.set(transaction, this.#outermost.get(parent) ?? parent);
  }

  afterTransactionCommit({ transaction }: TransactionEventArgs): void {
    if (transaction === undefined || this.#outermost.has(transaction)) return;
    const acts = this.#staged.get(transaction) ?? [];
    this.#staged.delete(transaction);
    for (const act of acts) act();
  }
}

const known = new WeakMap<object, Commits>();

/** One for each ORM, however many journals there are. */
export function commitsOf(em: SqlEntityManager): Commits {
  const driver = em.getDriver();
  const commits = known.get(driver) ?? new Commits();
  known.set(driver, commits);
  em.getEventManager().registerSubscriber(commits);
  return commits;
}

/** Something of a thread is committed: whoever follows it here, and in other processes, may look. */
export function announce({ commits, life }: Store, committed: Committed): void {
  commits.tell(committed);
  life.notify?.(committed.threadId);
}

/** The same of a call that is done: at once, or when the host's transaction around it has committed. */
export function announceFrom(store: Store, { transaction }: Scope, threadId: string): void {
  const tell = (): void => announce(store, { threadId });
  if (transaction === undefined) tell();
  else store.commits.stage(transaction, tell);
}
