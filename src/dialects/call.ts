import { TimeoutError } from '../errors.ts';

export interface CallOptions {
  /** Names the call in a TimeoutError. */
  readonly operation: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One call of the public API while it runs: how long it may take, and how far it is. `waiting`: nothing was done on its
 * behalf, an abort ends it. `taken`: it is being worked on. `sent`: the database may have recorded something.
 */
export class Call {
  readonly #deadline: number;
  #ended: { readonly reason: unknown } | undefined;
  #stage: 'waiting' | 'taken' | 'sent' = 'waiting';

  constructor(timeoutMs: number) {
    this.#deadline = performance.now() + timeoutMs;
  }

  get waiting(): boolean {
    return this.#stage === 'waiting';
  }

  get sent(): boolean {
    return this.#stage === 'sent';
  }

  /** True when the caller has been answered: nobody waits for what is still done. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Milliseconds left. */
  get left(): number {
    return this.#deadline - performance.now();
  }

  /** Stands before each statement that starts something: throws when the caller is gone. */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /** From here on an abort waits for the outcome. */
  take(): void {
    this.check();
    this.#stage = 'taken';
  }

  /** What follows may be recorded, whatever answer comes. */
  send(): void {
    this.#stage = 'sent';
  }

  /** The database said for certain that nothing was recorded. */
  takeBack(): void {
    if (this.#stage === 'sent') this.#stage = 'taken';
  }

  /** Back in line: nothing is being done. */
  release(): void {
    this.#stage = 'waiting';
  }

  end(reason: unknown): void {
    this.#ended ??= { reason };
  }
}

/**
 * Runs `body` within its time. An abort is honoured while the call waits; a timeout always answers the caller, and
 * what is still on its way is left to end by itself. `unknown` makes the error of a timeout that comes too late to say
 * that nothing was recorded.
 */
export async function runCall<T>(
  { operation, timeoutMs, signal }: CallOptions,
  body: (call: Call) => Promise<T>,
  unknown: (cause: unknown) => unknown = cause => cause,
): Promise<T> {
  signal?.throwIfAborted();
  const call = new Call(timeoutMs);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    const timeout = new TimeoutError({ operation, timeoutMs });
    call.end(timeout);
    reject(call.waiting ? timeout : unknown(timeout));
  }, timeoutMs);
  const onAbort = (): void => {
    if (!call.waiting) return;
    call.end(signal?.reason);
    reject(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  body(call).then(resolve, reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
