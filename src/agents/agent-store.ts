import type { SqlEntityManager } from '@mikro-orm/sql';
import type { CheckpointKey, CheckpointStore } from '../checkpoints/index.ts';
import { InvalidArgumentError } from '../errors.ts';
import { behind, type Journal, Opened, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import type { Agent, AgentType, Hibernated, HibernateOptions, ThawOptions } from './agent.ts';
import { hibernate } from './hibernate.ts';
import { Memory } from './memory.ts';
import { AgentSession, type SessionOptions } from './session.ts';
import { Sessions, type Timers } from './sessions.ts';
import type { AgentStores } from './stores.ts';
import { thaw } from './thaw.ts';

export interface AgentStoreOptions {
  /** A `ThreadJournal`. */
  readonly journal: Journal;
  /** On the same ORM. */
  readonly checkpoints: CheckpointStore;
  /** For the idle times of sessions. Default: the global `setTimeout` and `clearTimeout`. */
  readonly timers?: Timers | undefined;
}

/**
 * Puts agents to sleep and wakes them: an agent's state is a checkpoint, its history a thread, and the two never tear.
 *
 * Opens nothing. A call made inside a transaction of the same ORM is part of it, so that rows of the app commit with it.
 */
export class AgentStore {
  readonly #options: AgentStoreOptions;
  #sessions: Sessions;
  #stores: AgentStores;

  /** @throws InvalidArgumentError when the two are not on one ORM. */
  constructor(options: AgentStoreOptions) {
    const { journal, checkpoints, timers } = optionsOf(options);
    this.#options = options;
    this.#stores = {
      journal: behind(journal, 'journal'),
      checkpoints: behind(checkpoints, 'checkpoints'),
      memory: new Memory(),
    };
    const { journal: one, checkpoints: other } = this.#stores;
    if (one.em.getDriver() !== other.em.getDriver() || one.bound !== other.bound) {
      throw new InvalidArgumentError({ argument: 'checkpoints', reason: 'must be on the same ORM as the journal' });
    }
    this.#sessions = new Sessions(this.#stores, timers);
  }

  /**
   * Puts an agent to sleep, in one transaction: appends the entries of its thread that the journal lacks, and puts its
   * checkpoint. The agent itself stays as it is, and may be hibernated again. Whatever fails, it is safe to try again.
   *
   * State and thread are those of the moment of the call. Costs a lock, one statement for the new entries, and two for
   * the checkpoint, whatever the length of the thread; nothing new is written twice.
   *
   * @throws ThreadRevRegressionError, ThreadForkError when the stored thread has entries that the agent's has not.
   * @throws MissingThreadError, ThreadMismatchError when the thread was deleted, or deleted and made again.
   * @throws CheckpointConflictError when the checkpoint is another one than this agent was thawed from.
   * @throws InvalidRevError when the thread's rev is not the number of its entries.
   * @throws CheckpointCallbackError, InvalidCheckpointError, InvalidValueError for what the agent gives. Before any SQL.
   */
  hibernate(agent: Agent, options?: HibernateOptions): Promise<Hibernated> {
    return hibernate(this.#stores, agent, options);
  }

  /**
   * Wakes the agent that sleeps under this id (or the key it was hibernated under); undefined when there is none.
   * Three statements at most, and those of a `load`.
   *
   * @throws MissingThreadError when its thread was deleted.
   * @throws ThreadMismatchError when its thread is not the one it knew, or, under `strict`, has moved on.
   * @throws InvalidCheckpointError, CorruptCheckpointError for what is stored, before the agent's own code runs.
   * @throws CheckpointCallbackError when `create`, `restore` or `evolve` throws, or returns what it must not.
   * @throws what `load` throws.
   */
  thaw<A extends Agent>(type: AgentType<A>, key: CheckpointKey, options?: ThawOptions): Promise<A | undefined> {
    return thaw(this.#stores, type, key, options);
  }

  /**
   * The one instance of an agent in this process, thawed when it is first used and hibernated when it is not used for a
   * while. Costs nothing until it is used.
   *
   * @throws InvalidArgumentError on a store made by `within`.
   */
  session<A extends Agent>(type: AgentType<A>, id: string, options?: SessionOptions): AgentSession<A> {
    if (this.#stores.journal.bound) {
      throw new InvalidArgumentError({ argument: 'session', reason: 'a session works outside transactions' });
    }
    return new AgentSession(this.#sessions, type, id, options);
  }

  /** This store inside the transaction of `em`: for `em.begin()`, and for passing a transaction on. Nothing to close. */
  within(em: SqlEntityManager): AgentStore {
    const bound = new AgentStore(this.#options);
    const inside = (store: Store): Store => new Opened(store, em).store;
    const { journal, checkpoints, memory } = this.#stores;
    bound.#sessions = this.#sessions;
    bound.#stores = { journal: inside(journal), checkpoints: inside(checkpoints), memory };
    return bound;
  }

  /**
   * Hibernates every agent of a session, once nobody uses it, and refuses new uses. The journal stays open.
   *
   * @throws AggregateError of what kept agents from being hibernated: these stay awake, and it may be called again.
   */
  async close(): Promise<void> {
    if (!this.#stores.journal.bound) await this.#sessions.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
