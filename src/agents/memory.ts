/** A stored checkpoint, or one that was tried to be stored, by its version and digest; version 0: none. */
export interface Known {
  readonly version: number;
  readonly digest: string;
  /** Which hibernate of this process it is of: a later one holds all that an earlier one of the same agent does. */
  readonly turn: number;
}

export const ABSENT: Known = { version: 0, digest: '', turn: 0 };

/** Beyond so many unconfirmed ones the oldest is forgotten. */
const MAX_KNOWN = 100;

/**
 * From which stored checkpoint an agent in memory comes: it may overwrite that one and no other. Several, while it is
 * not known whether the last was stored: inside a transaction of the host, after a lost connection, or when several
 * are under way. An agent that was never thawed or hibernated here has none, and overwrites what is there.
 */
export class Memory {
  readonly #agents = new WeakMap<object, Map<string, readonly Known[]>>();
  #turn = 0;

  /** One more than that of any hibernate that was called before. */
  turn(): number {
    this.#turn += 1;
    return this.#turn;
  }

  of(agent: object, keyHash: string): readonly Known[] | undefined {
    return this.#agents.get(agent)?.get(keyHash);
  }

  /** `known` may take the place of `base` from now on. */
  attempt(agent: object, keyHash: string, base: Known, known: Known): void {
    const others = (this.of(agent, keyHash) ?? []).filter(
      ({ digest }) => ![base.digest, known.digest].includes(digest),
    );
    this.#set(agent, keyHash, [...others, base, known].slice(-MAX_KNOWN));
  }

  /** `known` is stored: what was before it is the past. */
  confirm(agent: object, keyHash: string, known: Known): void {
    const later = (this.of(agent, keyHash) ?? []).filter(({ turn }) => turn > known.turn);
    this.#set(agent, keyHash, [known, ...later]);
  }

  #set(agent: object, keyHash: string, known: readonly Known[]): void {
    const keys = this.#agents.get(agent) ?? new Map<string, readonly Known[]>();
    this.#agents.set(agent, keys.set(keyHash, known));
  }
}
