import type { Caller, Store } from '../journal/index.ts';
import { bodyFormat } from './body.ts';
import type { RebuildProgress } from './rebuild.ts';
import { isStill, type ScannedHead } from './scan.ts';
import { type Run, sealed } from './segment.ts';
import type { SegmentFacts } from './stored.ts';
import { type Stretch, stretchesOf } from './stretches.ts';
import { ThreadCut } from './thread-cut.ts';
import { countMissing, removeSegments, writeSegments } from './write.ts';

/** Segments of one write: on SQLite nobody else writes meanwhile. */
const RUNS = 32;
/** A step of progress comes after so many entries. */
const NEWS = 10_000;

/** A rebuild under way: the thread it is in, what waits to be written, and the count of what is done. */
export class Rebuilding {
  readonly #store: Store;
  readonly #run: Caller;
  readonly #dryRun: boolean;
  #thread: ThreadCut | undefined;
  #runs: Run[] = [];
  #outdated: SegmentFacts[] = [];
  #damaged: string[] = [];
  #told = 0;
  #writing: Promise<void> | undefined;
  #threads = 0;
  #entries = 0;
  #written = 0;
  #kept = 0;
  removed = 0;

  constructor(store: Store, run: Caller, dryRun: boolean) {
    this.#store = store;
    this.#run = run;
    this.#dryRun = dryRun;
  }

  /** Takes the next rows of a thread. `stored`: what there is of its segments. */
  async take(stretch: Stretch, stored: readonly SegmentFacts[]): Promise<void> {
    const { head, rows, ended } = stretch;
    if (head === undefined) return;
    this.#entries += rows.length;
    const thread = await this.#cut(head, stretch, stored);
    if (!ended) return;
    this.#threads += 1;
    if (thread.holds && thread.contested !== undefined) await this.#cutAgain(head, stored, thread);
    if (!thread.holds && (await isStill(this.#store, this.#run, head))) this.#damaged.push(head.thread_id);
  }

  async #cut(
    head: ScannedHead,
    { rows, ended }: Stretch,
    stored: readonly SegmentFacts[],
    before?: ThreadCut,
  ): Promise<ThreadCut> {
    this.#thread ??= new ThreadCut(head, stored, this.#store.settings.snapshots.segmentEntries, before);
    const thread = this.#thread;
    this.#runs.push(...thread.take(rows));
    if (ended) {
      this.#runs.push(...thread.end());
      this.#thread = undefined;
      if (!thread.holds) this.#runs = this.#runs.filter(run => run.threadId !== head.thread_id);
    }
    this.#outdated.push(...thread.outdated());
    if (this.#runs.length >= RUNS || this.#outdated.length >= RUNS) await this.flush();
    return thread;
  }

  /** The history is found to hold to its end, so what is stored and says otherwise is wrong: now it is replaced. */
  async #cutAgain(head: ScannedHead, stored: readonly SegmentFacts[], before: ThreadCut): Promise<void> {
    const group = { heads: [head], range: { only: head.thread_id, fromSeq: before.contested?.seq } };
    for await (const stretch of stretchesOf(this.#store, this.#run, group)) {
      await this.#cut(head, stretch, stored, before);
    }
  }

  /** Begins to write what waits, once what was begun before is written: the next rows are read and cut meanwhile. */
  async flush(): Promise<void> {
    const [runs, outdated] = [this.#runs, this.#outdated];
    [this.#runs, this.#outdated] = [[], []];
    await this.#writing;
    this.#writing = this.#write(runs, outdated);
    // Whoever waits for it next hears of its failure.
    this.#writing.catch(() => {});
  }

  async written(): Promise<void> {
    await this.flush();
    await this.#writing;
  }

  /** When nothing is being written any more, whatever came of it. */
  async settled(): Promise<void> {
    await this.#writing?.catch(() => {});
  }

  async #write(runs: readonly Run[], outdated: readonly SegmentFacts[]): Promise<void> {
    if (runs.length === 0 && outdated.length === 0) return;
    const store = this.#store;
    const segments = runs.map(each => sealed(each, bodyFormat(store)));
    const written = await this.#run({ operation: 'write segments' }, scope =>
      this.#dryRun
        ? scope.once(session => countMissing(store, session, segments))
        : scope.together(async session => {
            // First, so that what is in the way of the new ones is gone.
            this.removed += await removeSegments(store, session, outdated);
            return writeSegments(store, session, segments);
          }),
    );
    if (this.#dryRun) this.removed += outdated.length;
    this.#written += written;
    this.#kept += segments.length - written;
  }

  hasNews(): boolean {
    return this.#entries - this.#told >= NEWS;
  }

  progress(of: RebuildProgress['of']): RebuildProgress {
    const damaged = this.#damaged;
    [this.#damaged, this.#told] = [[], this.#entries];
    const segments = { written: this.#written, kept: this.#kept, removed: this.removed };
    return { threads: this.#threads, entries: this.#entries, of, segments, damaged };
  }
}
