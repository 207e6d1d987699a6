import { type Attempt, type Steps, throughKysely } from '../dialects/index.ts';
import { AppendOutcomeUnknownError } from '../errors.ts';
import type { Waiting } from './append-queue.ts';
import { claim } from './claim.ts';
import type { Member } from './decide.ts';
import { type Outcome, recordAll } from './record.ts';
import { outside } from './scope.ts';
import type { Store } from './store.ts';

/**
 * Sends a batch of appends, outside any transaction of the host, and answers each with its own outcome. What others
 * hold is returned, to be sent again.
 */
export async function flushBatch(
  store: Store,
  batch: readonly Waiting[],
  held: 'wait' | 'skip',
): Promise<readonly Waiting[]> {
  const [only] = batch;
  // The one statement waits for its head.
  if (only !== undefined && batch.length === 1 && held === 'wait' && (await claimed(store, only))) return [];
  const calls = new BatchCalls(batch);
  try {
    const { dialect, own, life } = store;
    const steps = (): Steps<readonly Outcome[]> => recordAll(store, calls.take(), held);
    const outcomes = await dialect.transactionOfSteps(own, life.runner ?? throughKysely, calls, steps);
    return answer(calls.taken, outcomes);
  } catch (error) {
    const failure = store.dialect.classify(error);
    if (failure === 'refused' && batch.length > 1) {
      // One of them cannot be written, and which one the database does not say: each by itself, in order.
      calls.release();
      for (const waiting of batch) await flushBatch(store, [waiting], 'wait');
      return [];
    }
    const unknown = calls.sent && failure === 'connection-lost';
    for (const { member, reject } of batch) reject(unknown ? outcomeUnknown(member, error) : error);
    return [];
  }
}

export function outcomeUnknown({ threadId, entries }: Member, cause: unknown): AppendOutcomeUnknownError {
  return new AppendOutcomeUnknownError({ threadId, entryIds: entries.map(entry => entry.id), cause });
}

/** The one-statement append, where it applies: true when it answered its caller. */
async function claimed(store: Store, { member, call, resolve, reject }: Waiting): Promise<boolean> {
  try {
    const result = await outside(store, undefined, session => {
      call.take();
      return claim(store, session, member, call);
    });
    if (result === undefined) {
      call.release();
      return false;
    }
    resolve(result);
  } catch (error) {
    const lost = call.sent && store.dialect.classify(error) === 'connection-lost';
    reject(lost ? outcomeUnknown(member, error) : error);
  }
  return true;
}

function answer(batch: readonly Waiting[], outcomes: readonly Outcome[]): readonly Waiting[] {
  return batch.filter((waiting, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined || outcome === 'held') {
      waiting.call.release();
      return true;
    }
    if (outcome instanceof Error) waiting.reject(outcome);
    else waiting.resolve(outcome);
    return false;
  });
}

/** The calls of a batch as one attempt: it has the time of the most patient, and goes on while anybody waits. */
class BatchCalls implements Attempt {
  readonly #batch: readonly Waiting[];
  taken: readonly Waiting[] = [];
  sent = false;

  constructor(batch: readonly Waiting[]) {
    this.#batch = batch;
  }

  get left(): number {
    return Math.max(...this.#batch.map(({ call }) => call.left));
  }

  /** The appends whose callers still wait; from here on they get the outcome. */
  take(): readonly Member[] {
    this.taken = this.#batch.filter(({ call }) => !call.ended);
    for (const { call } of this.taken) call.take();
    return this.taken.map(({ member }) => member);
  }

  check(): void {
    if (this.#batch.every(({ call }) => call.ended)) this.#batch[0]?.call.check();
  }

  send(): void {
    this.sent = true;
    for (const { call } of this.taken) call.send();
  }

  takeBack(): void {
    this.sent = false;
    for (const { call } of this.taken) call.takeBack();
  }

  release(): void {
    for (const { call } of this.#batch) call.release();
  }
}
