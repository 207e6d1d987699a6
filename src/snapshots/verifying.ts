import type { Caller, Store } from '../journal/index.ts';
import type { Finding } from './finding.ts';
import { remake } from './remake.ts';
import type { ScannedHead } from './scan.ts';
import { isStill } from './scan.ts';
import type { SegmentQueue } from './segment-queue.ts';
import { factsOf, type SegmentFacts } from './stored.ts';
import type { Stretch } from './stretches.ts';
import { ThreadCheck } from './thread-check.ts';
import type { VerifyProgress } from './verify.ts';

/** Segments with their bodies that are held at a time. */
const SEGMENTS = 16;
/** A step of progress comes after so many entries. */
const NEWS = 10_000;
const everything: number = Number.MAX_SAFE_INTEGER;

/** A verification under way: the thread it is in, what it found, and the count of what is done. */
export class Verifying {
  readonly #store: Store;
  readonly #run: Caller;
  readonly #repair: boolean;
  #check: ThreadCheck | undefined;
  #findings: Finding[] = [];
  #told = 0;
  #threads = 0;
  #entries = 0;
  #segments = 0;

  constructor(store: Store, run: Caller, repair: boolean) {
    this.#store = store;
    this.#run = run;
    this.#repair = repair;
  }

  /** Segments of no thread: what they are is known, and removing them is all there is to repair. */
  strays(segments: readonly SegmentFacts[]): void {
    for (const { threadId, fromSeq, toSeq } of segments) {
      const finding = { threadId, damage: 'segment-stray', of: 'snapshot', fromSeq, toSeq } as const;
      this.#findings.push({ ...finding, repaired: this.#repair });
    }
  }

  /** Takes the next rows of a thread; `queue` has the segments of its group. */
  async take({ threadId, head, rows, ended }: Stretch, queue: SegmentQueue): Promise<void> {
    this.#entries += rows.length;
    if (head === undefined) {
      if (ended) await this.#orphaned(threadId);
      return;
    }
    this.#check ??= new ThreadCheck(head);
    const check = this.#check;
    const seq = ended ? everything : (rows.at(-1)?.seq ?? -1);
    for (;;) {
      const segments = await queue.take(threadId, head.generation, seq, SEGMENTS);
      this.#segments += segments.length;
      // One that reaches beyond the rev as it was is for the next verification.
      check.expect(segments.filter(({ toSeq }) => toSeq <= head.rev));
      if (segments.length < SEGMENTS) break;
      if (ended) check.leaveOut();
    }
    check.take(rows);
    if (!ended) return;
    check.end();
    this.#check = undefined;
    this.#threads += 1;
    await this.#settle(head, check.findings());
  }

  hasNews(): boolean {
    return this.#entries - this.#told >= NEWS || this.#findings.length > 0;
  }

  progress(of: VerifyProgress['of']): VerifyProgress {
    const findings = this.#findings;
    [this.#findings, this.#told] = [[], this.#entries];
    return { threads: this.#threads, entries: this.#entries, segments: this.#segments, of, findings };
  }

  /** What was read page by page is only told when the thread still is the one that it was read of. */
  async #settle(head: ScannedHead, findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0 || !(await isStill(this.#store, this.#run, head))) return;
    const journal = findings.filter(({ of }) => of === 'journal');
    this.#findings.push(...journal);
    if (journal.length === findings.length) return;
    const stored = await factsOf(this.#store, this.#run, { only: head.thread_id });
    const own = (stored.get(head.thread_id) ?? []).filter(({ generation }) => generation === head.generation);
    const found = findings.filter(
      ({ of, ...finding }) =>
        of === 'snapshot' && own.some(({ fromSeq, toSeq }) => fromSeq === finding.fromSeq && toSeq === finding.toSeq),
    );
    // Where the journal is damaged, a segment may be all that is left of an entry.
    const repaired =
      this.#repair && journal.length === 0 && found.length > 0 && (await remake(this.#store, this.#run, head, own));
    this.#findings.push(...found.map(finding => ({ ...finding, repaired })));
  }

  async #orphaned(threadId: string): Promise<void> {
    const { entries, threads } = this.#store.tables;
    const sql = `select min(e.seq) as first, max(e.seq) as last from ${entries} e
where e.thread_id = ? and not exists (select 1 from ${threads} t where t.thread_id = e.thread_id)`;
    const [row] = await this.#run({ operation: 'verify' }, scope =>
      scope.once(session =>
        session.run<{ first: number | null; last: number | null }>(this.#store.dialect.statement(sql), [threadId]),
      ),
    );
    if (row === undefined || row.last === null) return;
    const place = { fromSeq: Number(row.first), toSeq: Number(row.last) + 1 };
    this.#findings.push({ threadId, damage: 'head-missing', of: 'journal', ...place, repaired: false });
  }
}
