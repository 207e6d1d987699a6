import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Call, runCall, transactionOf } from '../dialects/index.ts';
import { InvalidArgumentError, JournalClosedError, TimeoutError } from '../errors.ts';
import { checkSignal } from '../options.ts';
import { inCleanContext } from './clean-context.ts';
import { firstUse, type Scope, scopeOf } from './scope.ts';
import type { Store } from './store.ts';

export interface CallNeeds {
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  readonly unknown?: ((cause: unknown) => unknown) | undefined;
}

/** Runs calls of the public API in the transaction that was current when the caller was made. */
export type Caller = <T>(needs: CallNeeds, body: (scope: Scope, call: Call) => Promise<T>) => Promise<T>;

/** Made first thing in each verb, before anything is awaited; a reader makes all its calls with one. */
export function caller(store: Store): Caller {
  const transaction = transactionOf(store.em);
  return (needs, body) => track(store, () => runIn(store, transaction, needs, body));
}

/** For readers that outlive the call that began them: outside any transaction, whoever asks for the next entry. */
export function outsider(store: Store): Caller {
  const outside = { ...store, bound: false };
  return (needs, body) => inCleanContext(() => track(store, () => runIn(outside, undefined, needs, body)));
}

/** For work of ours behind the caller's back: on a connection of our own, and also while the journal is being closed. */
export function background(store: Store): Caller {
  const { timeoutMs } = store.settings;
  return ({ operation, signal }, body) =>
    runCall({ operation, timeoutMs, signal }, running => body(scopeOf(store, undefined, running), running));
}

async function runIn<T>(
  store: Store,
  transaction: SqlEntityManager | undefined,
  { operation, signal, unknown }: CallNeeds,
  body: (scope: Scope, call: Call) => Promise<T>,
): Promise<T> {
  if (store.life.closed) throw new JournalClosedError();
  // Outside the transaction it was meant for, a write would stay when the host rolls back.
  if (store.bound && transaction === undefined) {
    throw new InvalidArgumentError({
      argument: 'em',
      reason: 'within(em) needs an EntityManager inside a transaction',
    });
  }
  checkSignal(signal);
  const { timeoutMs } = store.settings;
  return runCall(
    { operation, timeoutMs, signal },
    async running => {
      const scope = scopeOf(store, transaction, running);
      if (store.life.runner === undefined) await firstUse(store, scope);
      return body(scope, running);
    },
    unknown,
  );
}

/** True when the database is away or busy for now: what only reads, or is done whole or not at all, tries again. */
export function isAway({ dialect }: Store, error: unknown): boolean {
  return error instanceof TimeoutError || dialect.isAway(error);
}

/** Work that `close()` waits for. */
export async function track<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const running = work();
  store.life.running.add(running);
  try {
    return await running;
  } finally {
    store.life.running.delete(running);
  }
}
