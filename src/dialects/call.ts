import { TimeoutError } from '../errors.ts';

export interface CallOptions {
  /** Names the call in a TimeoutError. */
  readonly operation: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One call of the public API while it runs: how long it may take, and whether its outcome still is in our hands. */
export class Call {
  readonly #deadline: number;
  #ended: { readonly reason: unknown } | undefined;
  #sent = false;

  constructor(timeoutMs: number) {
    this.#deadline = performance.now() + timeoutMs;
  }

  /** True from the moment when the database may have recorded something on our behalf. */
  get sent(): boolean {
    return this.#sent;
  }

  /** Milliseconds left. */
  get left(): number {
    return this.#deadline - performance.now();
  }

  /** Stands before each statement that starts something: throws when the caller is gone. */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /** The last moment to give up: what follows may be recorded, so the outcome is awaited. */
  send(): void {
    this.check();
    this.#sent = true;
  }

  /** The database said for certain that nothing was recorded. */
  takeBack(): void {
    this.#sent = false;
  }

  end(reason: unknown): void {
    this.#ended ??= { reason };
  }
}

/**
 * Runs `body` within its time. An abort is honoured until something is sent; a timeout always answers the caller, and
 * what is still on its way is left to end by itself. `unknown` makes the error of a timeout after sending.
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
    reject(call.sent ? unknown(timeout) : timeout);
  }, timeoutMs);
  const onAbort = (): void => {
    if (call.sent) return;
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
