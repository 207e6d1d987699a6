import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { throughKysely, type Watching } from '../dialects/index.ts';
import { type Caller, inCleanContext, isAway, outsider, type Store } from '../journal/index.ts';
import { handOn } from './hand-on.ts';
import { Notifier, parseNotification } from './notifier.ts';
import { Status } from './status.ts';
import type { ThreadWatcher, Watcher } from './watcher.ts';
import { Watchers } from './watchers.ts';

/** Milliseconds between two looks while commits of other processes are not heard. */
const DEGRADED = 250;
/** Milliseconds between two looks, at least; after one at everything, twice as long as it took. */
const APART = 5;
/** Reads of followers at a time, so that appends find a connection in the host's pool. */
const READS = 4;

/** All that a journal's followers share: who waits for what, one watch of the database, one look at all heads. */
export class Hub {
  readonly store: Store;
  readonly watchers = new Watchers();
  readonly status = new Status();
  /** Outside any transaction of the host's. */
  readonly run: Caller;
  readonly gate = pLimit(READS);
  closed = false;
  readonly #notifier: Notifier | undefined;
  #unlisten: (() => void) | undefined;
  #watching: Watching | undefined;
  #tick: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** What was heard of and not looked at yet. */
  #everything = false;
  readonly #marks = new Set<string>();

  constructor(store: Store) {
    this.store = store;
    this.run = outsider(store);
    const { notify } = store.dialect;
    if (notify !== undefined && store.settings.live.notify) {
      const notifier = new Notifier(store, notify, channelOf(store));
      this.#notifier = notifier;
      store.life.notify = threadId => notifier.add(threadId);
    }
  }

  /** True when this follower is to end: it was left, or the journal is closed. */
  isOver(ending: AbortSignal): boolean {
    return ending.aborted || this.closed;
  }

  join(ending: AbortSignal, threadId: string): ThreadWatcher;
  join(ending: AbortSignal): Watcher;
  join(ending: AbortSignal, threadId?: string): Watcher {
    this.#unlisten ??= this.store.commits.listen(committed => this.watchers.offer(committed));
    const watcher = threadId === undefined ? this.watchers.ofFeed() : this.watchers.ofThread(threadId);
    this.status.behind(watcher, true);
    ending.addEventListener('abort', () => watcher.rouse(), { once: true });
    return watcher;
  }

  /** The last one to leave frees the connection and the timers. */
  leave(watcher: Watcher): void {
    this.watchers.remove(watcher);
    this.status.failing(watcher, false);
    this.status.behind(watcher, false);
    if (this.watchers.size === 0) this.#stop();
  }

  /** A follower has reached the present: from here on it must hear of what other processes commit. */
  reachedEnd(watcher: Watcher): void {
    this.#watch();
    this.status.behind(watcher, false);
  }

  #watch(): void {
    if (this.#watching !== undefined || this.closed) return;
    const { dialect, own, life, settings } = this.store;
    this.status.hears = undefined;
    this.#watching = inCleanContext(() =>
      dialect.watch({
        em: own,
        runner: life.runner ?? throughKysely,
        channel: channelOf(this.store),
        url: settings.live.listenUrl,
        heartbeatMs: settings.live.heartbeatMs,
        heard: payload => this.#hear(payload),
        healthy: is => {
          if (!is && this.status.hears !== false) this.#tickIn(DEGRADED);
          this.status.hears = is;
        },
      }),
    );
    this.#tickIn(DEGRADED);
  }

  /** Followers end as soon as they have handed on what they have. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.watchers.rouseAll();
    this.#stop();
    this.status.end();
  }

  /** Until other processes are told of everything, and nothing is under way any more. */
  async flush(): Promise<void> {
    await this.#looking;
    await this.#notifier?.flush();
  }

  #stop(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#watching?.stop();
    this.#watching = undefined;
    clearTimeout(this.#tick);
    this.status.failing(this, false);
    this.status.hears = true;
  }

  #hear(payload: string | undefined): void {
    const { from, marks } = payload === undefined ? { from: '', marks: undefined } : parseNotification(payload);
    if (this.#watching === undefined || (from !== '' && from === this.#notifier?.from)) return;
    if (marks === undefined) this.#everything = true;
    else for (const mark of marks) this.#marks.add(mark);
    this.#looking ??= this.#look();
  }

  /** Whatever was or was not heard, everything is looked at from time to time. */
  #tickIn(ms: number): void {
    clearTimeout(this.#tick);
    if (this.closed || this.#watching === undefined) return;
    this.#tick = setTimeout(() => {
      this.#hear(undefined);
      // Not all processes at the same moment.
      const healthy = this.store.settings.live.pollMs * (0.8 + Math.random() * 0.4);
      this.#tickIn(this.status.hears === true ? healthy : DEGRADED);
    }, ms);
  }

  /** Looks at what was heard of. One look at a time: what is heard meanwhile is looked at together. */
  async #look(): Promise<void> {
    while ((this.#everything || this.#marks.size > 0) && this.#watching !== undefined) {
      const began = performance.now();
      const everything = this.#everything;
      const threads = everything ? [...this.watchers.threads()] : this.watchers.marked(this.#marks);
      this.#everything = false;
      this.#marks.clear();
      // Whoever is reading may have begun before what was heard; it reads once more.
      for (const watcher of [...this.watchers.feed, ...threads.filter(({ atEnd }) => !atEnd)]) watcher.wake();
      const failed = await handOn(
        this.store,
        threads.filter(({ atEnd }) => atEnd),
      ).then(
        () => false,
        error => {
          // What waiting does not mend, its reader must be told: a connection that the host has closed, say.
          if (!isAway(this.store, error)) for (const watcher of threads) watcher.wake();
          return true;
        },
      );
      // While the database is away, everything is looked at until it answers.
      this.#everything ||= failed;
      if (this.watchers.size > 0) this.status.failing(this, failed);
      await pause(failed ? DEGRADED : Math.max(APART, everything ? 2 * (performance.now() - began) : 0));
    }
    this.#looking = undefined;
  }
}

const hubs = new WeakMap<Store['life'], Hub>();

/** One for a journal and all that is bound to a transaction from it. */
export function hubOf(store: Store): Hub {
  const hub = hubs.get(store.life) ?? new Hub(store);
  hubs.set(store.life, hub);
  return hub;
}

/** The same for all processes on these tables, however each of them names the schema. */
function channelOf({ tables }: Store): string {
  return `thread_journal_${tables.entries.split('.').at(-1)?.replaceAll('"', '')}`;
}
