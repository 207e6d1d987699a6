import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from '../errors.ts';
import { inCleanContext, outsider, track } from '../journal/index.ts';
import { checkSignal, optionsOf } from '../options.ts';
import { checkInteger } from '../values/index.ts';
import type { Handle } from './batch.ts';
import { innerOf } from './inner.ts';
import { checkIdentity, type Projection } from './projection.ts';
import { retryParked } from './retry-parked.ts';
import { type Plan, Runner } from './runner.ts';

/** All of a projector but the journal it reads: what a module exports for `thread-journal project rebuild`. */
export interface ProjectorDefinition {
  /** What `defineProjection` gives will do, but only these three count. */
  readonly projection: Pick<Projection<never>, 'name' | 'version' | 'kinds'>;
  /**
   * Takes the next entries of the feed and writes what they mean through `em`, in whose transaction the cursor is stored.
   * When it throws, nothing of it stays, and it is called again with the same entries, or with fewer.
   */
  readonly handle: Handle;
  /** Entries a transaction, at most. Default 100. */
  readonly batch?: number | undefined;
  /** How often one entry is tried before it counts as poisoned, with growing pauses between. Default 5. */
  readonly attempts?: number | undefined;
  /**
   * What becomes of an entry that cannot be taken: `park` sets it aside with its error and goes on, `stop` ends the run
   * with the handler's error. Default `park`.
   */
  readonly onPoison?: 'park' | 'stop' | undefined;
  /** So long after its last sign of life a runner counts as dead, milliseconds. Default 10,000. */
  readonly leaseMs?: number | undefined;
}

export interface ProjectorOptions extends ProjectorDefinition {
  /** A `ThreadJournal`. */
  readonly journal: object;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs your code on the entries of all threads, each exactly once in effect: what `handle` writes through its `em` and
 * the place to go on from are one transaction. Of all processes one runs a projection at a time; another takes over when
 * it stops or dies. A version that is new is built from the journal's beginning beside the live one, and takes its place
 * when it has caught up (docs/projections.md).
 */
export class Projector {
  readonly #plan: Plan;

  /** @throws InvalidArgumentError, InvalidIdError */
  constructor(options: ProjectorOptions) {
    const { journal, projection, handle, batch = 100, attempts = 5, onPoison = 'park', leaseMs = 10_000 } = options;
    const inner = innerOf(journal);
    checkIdentity(projection);
    if (typeof handle !== 'function') refuse('handle', 'must be a function of entries, em and context');
    if (onPoison !== 'park' && onPoison !== 'stop') refuse('onPoison', "must be 'park' or 'stop'");
    this.#plan = {
      inner,
      name: projection.name,
      version: projection.version,
      kinds: projection.kinds,
      handle,
      owner: randomUUID(),
      batch: checkInteger(batch, 'batch', 1),
      attempts: checkInteger(attempts, 'attempts', 1),
      onPoison,
      leaseMs: checkInteger(leaseMs, 'leaseMs', 1),
    };
  }

  /**
   * Runs until `signal` is aborted or the journal is closed, and then ends the batch it is at and resolves. A database
   * that is away is waited for.
   *
   * @throws ProjectionRetiredError once a newer version is live.
   * @throws what the handler threw, with `onPoison: 'stop'`.
   * @throws CursorEpochChangedError when the database is no longer the one that was read (docs/feed.md).
   */
  async run({ signal }: RunOptions = {}): Promise<void> {
    await this.#start(false, signal);
  }

  /**
   * Runs until everything is handled that was committed when it got there: for scripts and tests. Waits its turn while
   * another process runs the projection. An aborted call rejects with `signal.reason`.
   *
   * @throws the same as {@link run}.
   */
  async catchUp({ signal }: RunOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await this.#start(true, signal);
    signal?.throwIfAborted();
  }

  /**
   * Gives parked entries of this version to the handler again, one by one, and tells how many it took. Others may run
   * the projection meanwhile.
   */
  retryParked(options: RunOptions = {}): Promise<{ readonly handled: number; readonly stillParked: number }> {
    const { signal } = optionsOf(options);
    const { inner } = this.#plan;
    return retryParked(inner.store, outsider(inner.store), this.#plan, signal);
  }

  async #start(once: boolean, signal: AbortSignal | undefined): Promise<void> {
    checkSignal(signal);
    const { hub, store } = this.#plan.inner;
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
    const watcher = hub.join(ending.signal);
    // Its own progress is told by `projections()`; the journal's streams are not behind because of it.
    hub.status.behind(watcher, false);
    const runner = new Runner(this.#plan, watcher, ending.signal);
    try {
      await track(store, () => inCleanContext(() => runner.run({ once })));
    } finally {
      hub.leave(watcher);
      signal?.removeEventListener('abort', end);
    }
  }
}

function refuse(argument: string, reason: string): never {
  throw new InvalidArgumentError({ argument, reason });
}
