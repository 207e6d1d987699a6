import { backoffMs } from '../dialects/index.ts';
import { CorruptEntryError } from '../errors.ts';
import { background, type Caller, isAway, outsider, type UnreadEntry, unreadPage } from '../journal/index.ts';
import type { Watcher } from '../live/index.ts';
import { type Handle, handleBatch, type Item, ThreadGone } from './batch.ts';
import { goLive } from './go-live.ts';
import type { Inner } from './inner.ts';
import { holdLease, type Lease, LeaseLost, releaseLease, storeCursor, takeLease } from './lease.ts';
import { park, textOf } from './parked.ts';
import { report } from './report.ts';

export interface Plan {
  readonly inner: Inner;
  readonly name: string;
  readonly version: number;
  readonly kinds: readonly string[] | undefined;
  readonly handle: Handle;
  readonly owner: string;
  readonly batch: number;
  readonly attempts: number;
  readonly onPoison: 'park' | 'stop';
  readonly leaseMs: number;
}

const LONGEST_PAUSE = 10_000;

/** One run of a projector, from the lease to its end. */
export class Runner {
  readonly #plan: Plan;
  readonly #run: Caller;
  readonly #watcher: Watcher;
  readonly #ending: AbortSignal;

  constructor(plan: Plan, watcher: Watcher, ending: AbortSignal) {
    this.#plan = plan;
    this.#run = outsider(plan.inner.store);
    this.#watcher = watcher;
    this.#ending = ending;
  }

  /** Until it is to end; or, with `once`, until it is where the feed ends now. */
  async run({ once }: { readonly once: boolean }): Promise<void> {
    for (let failures = 0; !this.#over; ) {
      let lease: Lease | undefined;
      let error: unknown;
      try {
        lease = await takeLease(this.#plan.inner.store, this.#run, this.#plan, this.#ending);
        if (lease === undefined) {
          // Another process may stop without giving it back.
          await this.#sleep(this.#plan.leaseMs / 3);
          continue;
        }
        this.#tell(lease, { event: 'lease', held: true });
        await this.#follow(lease, once, () => {
          failures = 0;
        });
        return;
      } catch (caught) {
        error = caught;
        if (this.#over && !(caught instanceof Poisoned)) return;
        if (caught instanceof LeaseLost || caught instanceof ThreadGone) continue;
        if (!isAway(this.#plan.inner.store, caught)) throw caught instanceof Poisoned ? caught.cause : caught;
        // Whether the last transaction was committed is not known: the lease taken anew says where to go on.
        failures += 1;
        await this.#rest(failures, caught);
      } finally {
        if (lease !== undefined) await this.#release(lease, error);
      }
    }
  }

  async #follow(lease: Lease, once: boolean, worked: () => void): Promise<void> {
    const { inner } = this.#plan;
    while (!this.#over) {
      this.#watcher.reads();
      if (await this.#step(lease)) {
        worked();
        continue;
      }
      worked();
      if (lease.status === 'building') {
        await goLive(inner.store, this.#run, lease, () => this.#step(lease));
      }
      if (once) return;
      this.#watcher.atEnd = true;
      inner.hub.reachedEnd(this.#watcher);
      while (!this.#watcher.pending && !this.#over) {
        await this.#watcher.rest(this.#plan.leaseMs / 3);
        // What comes next renews it; where nothing comes, this does.
        if (!this.#watcher.pending && !this.#over) await this.#renew(lease);
      }
    }
  }

  /** One page of the feed. True when there is more. */
  async #step(lease: Lease): Promise<boolean> {
    const { inner, kinds, batch } = this.#plan;
    const options = { operation: 'project', kinds, limit: batch, signal: this.#ending };
    const { entries, next, more } = await unreadPage(inner.store, this.#run, lease.cursor, options);
    let items: Item[] = [];
    for (const unread of entries) {
      const read = readEntry(unread);
      if ('entry' in read) {
        items.push(read);
        continue;
      }
      const last = items.at(-1);
      if (last !== undefined) await this.#handle(lease, items, last.entry.cursor);
      items = [];
      await this.#setAside(lease, unread, read.error, unread.cursor);
    }
    if (items.length > 0) await this.#handle(lease, items, next);
    else if (next !== lease.cursor) await this.#move(lease, next);
    return more && !this.#over;
  }

  /** All in one transaction, or one by one to find which it is that fails. */
  async #handle(lease: Lease, items: readonly Item[], next: string): Promise<void> {
    const { inner, handle, attempts } = this.#plan;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await handleBatch(inner.store, lease, handle, items, next);
        this.#tell(lease, { event: 'handled', entries: items.length });
        return;
      } catch (error) {
        if (error instanceof LeaseLost || error instanceof ThreadGone || isAway(inner.store, error)) throw error;
        const [only] = items;
        if (items.length === 1 && only !== undefined && attempt >= attempts) {
          return await this.#setAside(lease, only.unread, error, next);
        }
        if (items.length > 1) break;
        await this.#rest(attempt, error);
        // What it was doing is not lost: the cursor stands before it.
        if (this.#over) throw error;
        await this.#renew(lease);
      }
    }
    for (const [index, item] of items.entries()) {
      if (this.#over) return;
      await this.#handle(lease, [item], index === items.length - 1 ? next : item.entry.cursor);
    }
  }

  async #setAside(lease: Lease, unread: UnreadEntry, error: unknown, next: string): Promise<void> {
    const { threadId, seq } = unread;
    if (this.#plan.onPoison === 'stop') throw new Poisoned('', { cause: error });
    await park(this.#plan.inner.store, lease, unread, error, next);
    this.#tell(lease, { event: 'parked', threadId, seq, error });
  }

  /** Past what is not of the kinds that are wanted. */
  async #move(lease: Lease, next: string): Promise<void> {
    const { store } = this.#plan.inner;
    await this.#run({ operation: 'project' }, scope =>
      scope.together(async session => {
        await holdLease(store, session, lease);
        await storeCursor(store, session, lease, next);
      }),
    );
    lease.cursor = next;
  }

  async #renew(lease: Lease): Promise<void> {
    await this.#run({ operation: 'project' }, scope =>
      scope.once(session => holdLease(this.#plan.inner.store, session, lease)),
    );
  }

  /** Also while the journal is being closed. What cannot be given back runs out by itself. */
  async #release(lease: Lease, error: unknown): Promise<void> {
    const why = error instanceof Poisoned ? textOf(error.cause) : undefined;
    this.#tell(lease, { event: 'lease', held: false });
    await releaseLease(this.#plan.inner.store, background(this.#plan.inner.store), lease, why).catch(() => {});
  }

  async #rest(failures: number, error: unknown): Promise<void> {
    const delayMs = Math.round(backoffMs(failures, LONGEST_PAUSE));
    const { name, version } = this.#plan;
    report({ event: 'retry', name, version, error, delayMs });
    await this.#sleep(delayMs);
  }

  /** New entries wake the watcher, and are no reason to try again sooner. */
  async #sleep(ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; left > 0 && !this.#over; left = end - performance.now()) await this.#watcher.rest(left);
  }

  get #over(): boolean {
    return this.#plan.inner.hub.isOver(this.#ending);
  }

  #tell({ name, version }: Lease, event: object): void {
    report({ name, version, ...event } as Parameters<typeof report>[0]);
  }
}

/** The policy is to stop at an entry that cannot be taken. */
class Poisoned extends Error {}

function readEntry(unread: UnreadEntry): Item | { readonly error: CorruptEntryError } {
  try {
    return { unread, entry: unread.read() };
  } catch (error) {
    if (!(error instanceof CorruptEntryError)) throw error;
    return { error };
  }
}
