/** A stored checkpoint by its version and digest; version 0: none. */
export interface Known {
  readonly version: number;
  readonly digest: string;
}

export const ABSENT: Known = { version: 0, digest: '' };

/**
 * From which stored checkpoint an agent in memory comes: it may overwrite that one and no other. Several, when the last
 * hibernate has not said whether it was stored: inside a transaction of the host, or after a lost connection. An agent
 * that was never thawed or hibernated here is not known, and overwrites what is there.
 */
export class Memory {
  readonly #agents = new WeakMap<object, Map<string, readonly Known[]>>();

  get(agent: object, keyHash: string): readonly Known[] | undefined {
    return this.#agents.get(agent)?.get(keyHash);
  }

  set(agent: object, keyHash: string, known: readonly Known[]): void {
    const keys = this.#agents.get(agent) ?? new Map<string, readonly Known[]>();
    this.#agents.set(agent, keys.set(keyHash, known));
  }
}
