import type { Committed } from '../journal/index.ts';
import { markOf } from './mark.ts';
import { ThreadWatcher, Watcher } from './watcher.ts';

/** Everybody who waits, found by what is heard. */
export class Watchers {
  readonly feed = new Set<Watcher>();
  readonly #threads = new Map<string, Set<ThreadWatcher>>();
  #size = 0;

  get size(): number {
    return this.#size + this.feed.size;
  }

  *threads(): Generator<ThreadWatcher, void, undefined> {
    for (const sameMark of this.#threads.values()) yield* sameMark;
  }

  ofFeed(): Watcher {
    const watcher = new Watcher();
    this.feed.add(watcher);
    return watcher;
  }

  ofThread(threadId: string): ThreadWatcher {
    const watcher = new ThreadWatcher(threadId);
    const mark = markOf(threadId);
    const sameMark = this.#threads.get(mark) ?? new Set();
    this.#threads.set(mark, sameMark.add(watcher));
    this.#size += 1;
    return watcher;
  }

  remove(watcher: Watcher): void {
    if (this.feed.delete(watcher) || !(watcher instanceof ThreadWatcher)) return;
    const mark = markOf(watcher.threadId);
    const sameMark = this.#threads.get(mark);
    if (sameMark?.delete(watcher) !== true) return;
    this.#size -= 1;
    if (sameMark.size === 0) this.#threads.delete(mark);
  }

  /** A commit of this process. The feed of all threads is always read: what is at hand has no place in it yet. */
  offer(committed: Committed): void {
    for (const watcher of this.feed) watcher.wake();
    if (this.#size === 0) return;
    for (const watcher of this.#threads.get(markOf(committed.threadId)) ?? []) {
      if (watcher.threadId === committed.threadId) watcher.offer(committed);
    }
  }

  marked(marks: Iterable<string>): readonly ThreadWatcher[] {
    return [...marks].flatMap(mark => [...(this.#threads.get(mark) ?? [])]);
  }

  rouseAll(): void {
    for (const watcher of [...this.feed, ...this.threads()]) watcher.rouse();
  }
}
