import type { Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import type { Finding } from './finding.ts';
import { outsideTransactions } from './rebuild.ts';
import { groupsOf, type SelectOptions, totalsOf } from './scan.ts';
import { SegmentQueue } from './segment-queue.ts';
import { segmentsOf, straysOf } from './stored.ts';
import { stretchesOf } from './stretches.ts';
import { Verifying } from './verifying.ts';

export interface VerifyOptions extends SelectOptions {
  /** Remove segments that are not right, and make them again. Never touches the journal. Default false. */
  readonly repair?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far a verification is, and what it found since the step before. */
export interface VerifyProgress {
  readonly threads: number;
  readonly entries: number;
  readonly segments: number;
  /** What there was to do at the start; meanwhile more may have been appended. */
  readonly of: { readonly threads: number; readonly entries: number };
  readonly findings: readonly Finding[];
}

/** Compares heads, entries and segments, thread by thread, with what they must be by the journal's own hash chain. */
export async function* verify(
  store: Store,
  options: VerifyOptions = {},
): AsyncGenerator<VerifyProgress, void, undefined> {
  const { repair = false, signal, ...selection } = optionsOf(options);
  const run = outsideTransactions(store, 'verify', signal);
  const of = await totalsOf(store, run, selection);
  const verifying = new Verifying(store, run, repair);
  for await (const group of groupsOf(store, run, selection, { checked: true })) {
    verifying.strays(await straysOf(store, run, group.range, repair ? 'remove' : 'list'));
    const queue = new SegmentQueue(segmentsOf(store, run, group.range));
    for await (const stretch of stretchesOf(store, run, group)) {
      await verifying.take(stretch, queue);
      if (verifying.hasNews()) yield verifying.progress(of);
    }
    yield verifying.progress(of);
  }
}
