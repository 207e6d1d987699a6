import { InvalidArgumentError } from '../errors.ts';
import { type Caller, caller, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { Rebuilding } from './rebuilding.ts';
import { groupsOf, type SelectOptions, totalsOf } from './scan.ts';
import { factsOf, straysOf } from './stored.ts';
import { stretchesOf } from './stretches.ts';

export interface RebuildOptions extends SelectOptions {
  /** Say what would be done, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far a rebuild is. */
export interface RebuildProgress {
  readonly threads: number;
  readonly entries: number;
  /** What there was to do at the start; meanwhile more may have been appended. */
  readonly of: { readonly threads: number; readonly entries: number };
  readonly segments: {
    /** Made anew, or in place of one that was not right. */
    readonly written: number;
    /** Right already. */
    readonly kept: number;
    /** Of no thread, or in no place where a segment belongs. */
    readonly removed: number;
  };
  /** Threads since the last step whose history does not hold: they get no snapshots. `verify` says what is wrong. */
  readonly damaged: readonly string[];
}

/** Makes all snapshots of the selected threads again from the journal, thread by thread. */
export async function* rebuildSnapshots(
  store: Store,
  options: RebuildOptions = {},
): AsyncGenerator<RebuildProgress, void, undefined> {
  const { dryRun = false, signal, ...selection } = optionsOf(options);
  const run = outsideTransactions(store, 'rebuildSnapshots', signal);
  const act = dryRun ? 'list' : 'remove';
  const of = await totalsOf(store, run, selection);
  const rebuilding = new Rebuilding(store, run, dryRun);
  try {
    for await (const group of groupsOf(store, run, selection)) {
      rebuilding.removed += (await straysOf(store, run, group.range, act)).length;
      const stored = await factsOf(store, run, group.range);
      for await (const stretch of stretchesOf(store, run, group)) {
        await rebuilding.take(stretch, stored.get(stretch.threadId) ?? []);
        if (rebuilding.hasNews()) yield rebuilding.progress(of);
      }
      await rebuilding.written();
      yield rebuilding.progress(of);
    }
  } finally {
    // Nothing goes on behind the back of whoever stops here.
    await rebuilding.settled();
  }
}

/**
 * Runs the calls of a long job, each within its own time. A job of many short transactions cannot be part of one of
 * the host's, and on SQLite would wait for it for ever.
 */
export function outsideTransactions(store: Store, operation: string, signal: AbortSignal | undefined): Caller {
  const run = caller(store);
  return (needs, body) =>
    run({ signal, ...needs }, (scope, call) => {
      if (scope.transaction === undefined) return body(scope, call);
      throw new InvalidArgumentError({ argument: operation, reason: 'cannot run inside a transaction' });
    });
}
