import { caller, type LoadOptions, liftThread, type Scope, type Store, type Thread } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { type Assembled, assemble } from './assemble.ts';
import { readParts } from './read-parts.ts';
import { report } from './report.ts';
import { considerSeal } from './sealer.ts';
import type { Segment } from './segment.ts';
import { servedOf } from './served.ts';

/** The whole thread as one consistent state, or as it was at `upToRev`. Undefined when it has no entries (there). */
export async function load(store: Store, threadId: string, options: LoadOptions = {}): Promise<Thread | undefined> {
  const run = caller(store);
  const { upToRev, signal } = optionsOf(options);
  checkId(threadId, 'threadId');
  if (upToRev !== undefined) checkInteger(upToRev, 'upToRev', 0);
  return run({ operation: 'load', signal }, scope => loadIn(store, scope, threadId, upToRev));
}

/** One statement; a second where segments and journal do not fit together, and a third, of rows alone, at worst. */
export async function loadIn(
  store: Store,
  scope: Scope,
  threadId: string,
  upToRev: number = Number.MAX_SAFE_INTEGER,
): Promise<Thread | undefined> {
  let distrusted: readonly Segment[] = [];
  for (let sealedTo = upToRev; ; ) {
    const wanted = { sealedTo, toSeq: upToRev };
    const parts = await scope.once(session => readParts(store, session, threadId, wanted));
    const found = assemble(threadId, parts, upToRev);
    const reason = 'reason' in found ? found.reason : 'segments';
    const [first] = found.distrusted;
    if (first !== undefined) report({ event: 'ignored', threadId, reason, fromSeq: first.fromSeq });
    distrusted = [...distrusted, ...found.distrusted];
    if (!('reason' in found)) {
      count(store, found);
      // In the host's transaction what was read may never be committed.
      if (scope.transaction === undefined && upToRev === Number.MAX_SAFE_INTEGER)
        considerSeal(store, found, distrusted);
      return liftThread(store.settings, found.thread);
    }
    // Asked again up to the same place, the database would say the same.
    sealedTo = found.sealedTo < sealedTo ? found.sealedTo : 0;
  }
}

function count(store: Store, { thread, sealed }: Assembled): void {
  if (thread === undefined) return;
  const served = servedOf(store);
  served.loads += 1;
  served.entries += thread.rev;
  served.entriesFromSnapshots += sealed;
  if (sealed > 0) served.loadsFromSnapshots += 1;
}
