import { InvalidArgumentError } from '../errors.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import type { Agent, AgentPlace, AgentType, ThawPolicy } from './agent.ts';
import { agentKey } from './key.ts';
import type { Sessions, Wanted } from './sessions.ts';
import { checkType } from './wake.ts';

/** As long as a timer can be set. */
const LONGEST = 2 ** 31 - 1;

export interface SessionOptions extends AgentPlace {
  /** How long an agent that nobody uses stays awake, milliseconds. Default 60,000. */
  readonly idleMs?: number | undefined;
  /** How it is thawed. Default `latest`. */
  readonly policy?: ThawPolicy | undefined;
}

/** The way to the one instance of an agent in this process. A handle: as many as you like lead to the same instance. */
export class AgentSession<A extends Agent> {
  readonly #sessions: Sessions;
  readonly #wanted: Wanted<A>;

  constructor(sessions: Sessions, type: AgentType<A>, id: string, options: SessionOptions = {}) {
    const { idleMs = 60_000, policy, partition } = optionsOf(options);
    checkType(type);
    if (checkInteger(idleMs, 'idleMs', 0) > LONGEST) {
      throw new InvalidArgumentError({ argument: 'idleMs', reason: `must be at most ${LONGEST}` });
    }
    const under = agentKey(type.type, checkId(id, 'id'), partition);
    this.#sessions = sessions;
    this.#wanted = { type, id, under, idleMs, options: { policy, partition } };
  }

  /**
   * Hands the agent to `work`, and to everybody else who uses it at the same time. Asleep, it is thawed first; if it
   * was never stored, it is made anew. It stays awake until nobody has used it for `idleMs`.
   *
   * @throws what `thaw` throws: an agent that cannot be thawed is never replaced by a new one.
   * @throws AgentStoreClosedError
   * @throws InvalidArgumentError inside a transaction of the host: the instance is shared with those outside.
   */
  use<T>(work: (agent: A) => T | Promise<T>): Promise<T> {
    return this.#sessions.use(this.#wanted, work);
  }

  /**
   * Hibernates the agent as soon as nobody uses it; nothing when it sleeps. Used again, it is thawed again.
   *
   * @throws what `hibernate` throws: it stays awake then, and `discard` lets it go.
   * @throws InvalidArgumentError inside its own `use`: it would wait for itself.
   */
  close(): Promise<void> {
    return this.#sessions.sleep(this.#wanted);
  }

  /** Forgets the instance without hibernating it: what it did since is lost. The next use thaws what is stored. */
  discard(): void {
    this.#sessions.discard(this.#wanted);
  }
}
