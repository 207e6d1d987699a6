import type { Committed, Entry } from '../journal/index.ts';

/** As many entries of this process are handed on without a read; beyond, the follower reads. */
const MOST_LOCAL = 256;

/** What one follower waits on: a flag that there may be something new. */
export class Watcher {
  /** True from its end to its next read: only then can it be told what is new. */
  atEnd = false;
  pending = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.pending = true;
    this.rouse();
  }

  /** Ends a wait, with nothing new. */
  rouse(): void {
    this.#resolve?.();
    this.#resolve = undefined;
  }

  /** Before it reads: what is committed from here on is a reason to read again. */
  reads(): void {
    this.atEnd = false;
    this.pending = false;
  }

  /** Until it is roused or woken; at most so many milliseconds. */
  async rest(ms?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resolve = resolve;
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }
}

/** The same for a follower of one thread, which may be handed the entries themselves. */
export class ThreadWatcher extends Watcher {
  readonly threadId: string;
  /** What it knows of the head: '' and 0 for a thread that is not there yet. */
  generation = '';
  rev = 0;
  #local: Entry[] = [];

  constructor(threadId: string) {
    super();
    this.threadId = threadId;
  }

  override reads(): void {
    super.reads();
    this.#local = [];
  }

  reachedEnd(generation: string, rev: number): void {
    this.generation = generation;
    this.rev = rev;
    this.atEnd = true;
  }

  /** Entries that go on exactly where it stands are handed on as they are; anything else is a reason to read. */
  offer({ generation, entries }: Committed): void {
    const fits =
      this.atEnd &&
      entries !== undefined &&
      generation === this.generation &&
      entries[0]?.seq === this.rev &&
      this.#local.length + entries.length <= MOST_LOCAL;
    if (fits) {
      this.#local.push(...entries);
      this.rev += entries.length;
      this.rouse();
    } else this.wake();
  }

  get hasLocal(): boolean {
    return this.#local.length > 0;
  }

  takeLocal(): readonly Entry[] {
    const local = this.#local;
    this.#local = [];
    return local;
  }
}
