import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { AgentStoreClosedError } from '../agent-errors.ts';
import type { StoredKey } from '../checkpoints/index.ts';
import { transactionOf } from '../dialects/index.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { Agent, AgentType, ThawOptions } from './agent.ts';
import { hibernate } from './hibernate.ts';
import { ABSENT } from './memory.ts';
import type { AgentStores } from './stores.ts';
import { thaw } from './thaw.ts';
import { create } from './wake.ts';

export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface Wanted<A extends Agent> {
  readonly type: AgentType<A>;
  readonly id: string;
  readonly under: StoredKey;
  readonly idleMs: number;
  readonly options: ThawOptions;
}

/** What happens to agents behind a caller's back. Published on the diagnostics channel `thread-journal:agent`. */
export interface AgentEvent {
  readonly event: 'hibernate-failed';
  readonly type: string;
  readonly id: string;
  readonly error: unknown;
}

/** An agent that is awake, or on its way there. */
interface Resident {
  readonly wanted: Wanted<Agent>;
  readonly agent: Promise<Agent>;
  users: number;
  /** Called when nobody uses it any more. */
  left: (() => void)[];
  timer: unknown;
  /** While it is being hibernated: users wait for the end of it. */
  falling: Promise<void> | undefined;
}

const agents = channel('thread-journal:agent');

// Captured as this module is loaded, outside any transaction: a timer set inside one would run in it, long after its end.
const inCleanContext = AsyncLocalStorage.snapshot();
const inUse = new AsyncLocalStorage<readonly Resident[]>();

const realTimers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: timer => clearTimeout(timer as NodeJS.Timeout | undefined),
};

/** The agents that are awake in this process, one instance each. */
export class Sessions {
  readonly #stores: AgentStores;
  readonly #timers: Timers;
  readonly #residents = new Map<string, Resident>();
  #closed = false;

  constructor(stores: AgentStores, timers: Timers = realTimers) {
    this.#stores = stores;
    this.#timers = timers;
  }

  async use<A extends Agent, T>(wanted: Wanted<A>, work: (agent: A) => T | Promise<T>): Promise<T> {
    if (transactionOf(this.#stores.journal.em) !== undefined) {
      const reason = 'a session works outside transactions: inside one, use thaw and hibernate';
      throw new InvalidArgumentError({ argument: 'session', reason });
    }
    const resident = await this.#enter(wanted);
    try {
      const agent = (await resident.agent) as A;
      return await inUse.run([...(inUse.getStore() ?? []), resident], () => work(agent));
    } finally {
      this.#leave(resident, wanted.idleMs);
    }
  }

  async sleep({ under }: Pick<Wanted<Agent>, 'under'>): Promise<void> {
    const resident = this.#residents.get(under.hash);
    if (resident === undefined) return;
    if (inUse.getStore()?.includes(resident)) {
      throw new InvalidArgumentError({ argument: 'close', reason: 'an agent cannot be closed inside its own use' });
    }
    while (resident.users > 0) await new Promise<void>(resolve => resident.left.push(resolve));
    if (this.#isHere(resident)) await this.#fall(resident);
  }

  discard({ under }: Wanted<Agent>): void {
    const resident = this.#residents.get(under.hash);
    if (resident !== undefined) this.#forget(resident);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const ends = await Promise.allSettled([...this.#residents.values()].map(({ wanted }) => this.sleep(wanted)));
    const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} agents could not be hibernated.`);
  }

  /** From here on the resident is in use. */
  async #enter(wanted: Wanted<Agent>): Promise<Resident> {
    for (;;) {
      if (this.#closed) throw new AgentStoreClosedError();
      const resident = this.#residents.get(wanted.under.hash) ?? this.#admit(wanted);
      if (resident.falling === undefined) {
        resident.users += 1;
        this.#timers.clearTimeout(resident.timer);
        return resident;
      }
      await resident.falling.catch(() => {});
    }
  }

  #admit(wanted: Wanted<Agent>): Resident {
    const agent = inCleanContext(() => this.#wake(wanted));
    const resident: Resident = { wanted, agent, users: 0, left: [], timer: undefined, falling: undefined };
    this.#residents.set(wanted.under.hash, resident);
    // Those who wait for it get the error; the next one tries again.
    agent.catch(() => this.#forget(resident));
    return resident;
  }

  async #wake({ type, id, under, options }: Wanted<Agent>): Promise<Agent> {
    const thawed = await thaw(this.#stores, type, id, options);
    if (thawed !== undefined) return thawed;
    const agent = create(type, id);
    this.#stores.memory.confirm(agent, under.hash, ABSENT);
    return agent;
  }

  #leave(resident: Resident, idleMs: number): void {
    resident.users -= 1;
    if (resident.users > 0) return;
    for (const resolve of resident.left.splice(0)) resolve();
    if (this.#isHere(resident)) this.#wait(resident, idleMs);
  }

  #wait(resident: Resident, idleMs: number): void {
    const idle = (): void => {
      if (resident.users > 0 || !this.#isHere(resident)) return;
      this.#fall(resident).catch(error => {
        const { type, id } = resident.wanted;
        agents.publish({ event: 'hibernate-failed', type: type.type, id, error } satisfies AgentEvent);
        // It stays awake, with all it knows, and tries again.
        if (resident.users === 0) this.#wait(resident, idleMs);
        // But does not keep a process alive that has nothing else to do.
        (resident.timer as Partial<NodeJS.Timeout> | undefined)?.unref?.();
      });
    };
    this.#timers.clearTimeout(resident.timer);
    resident.timer = this.#timers.setTimeout(() => inCleanContext(idle), idleMs);
  }

  /** Begins without awaiting anything, so that nobody can come in between. */
  #fall(resident: Resident): Promise<void> {
    this.#timers.clearTimeout(resident.timer);
    resident.falling ??= inCleanContext(() => this.#hibernate(resident)).finally(() => {
      resident.falling = undefined;
    });
    return resident.falling;
  }

  async #hibernate(resident: Resident): Promise<void> {
    const { id, options } = resident.wanted;
    await hibernate(this.#stores, await resident.agent, { key: id, partition: options.partition });
    this.#forget(resident);
  }

  #forget(resident: Resident): void {
    this.#timers.clearTimeout(resident.timer);
    if (this.#isHere(resident)) this.#residents.delete(resident.wanted.under.hash);
  }

  /** False once it sleeps, or was discarded. */
  #isHere(resident: Resident): boolean {
    return this.#residents.get(resident.wanted.under.hash) === resident;
  }
}
