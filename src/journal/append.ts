import { optionsOf } from '../options.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { flushBatch, outcomeUnknown } from './append-batch.ts';
import { AppendQueue, type Waiting } from './append-queue.ts';
import { caller } from './calls.ts';
import { claim } from './claim.ts';
import { announce, announceFrom } from './commits.ts';
import type { Member } from './decide.ts';
import type { NewEntry } from './entry.ts';
import type { AppendOptions, AppendResult } from './journal.ts';
import { prepareEntries, prepareMetadata } from './prepare.ts';
import { record } from './record.ts';
import type { Scope } from './scope.ts';
import type { Store } from './store.ts';

/**
 * Appends entries to a thread: all or nothing, guarded, safe to repeat. Everything about them is checked here, before
 * the first statement.
 */
export async function append(
  store: Store,
  threadId: string,
  entries: readonly NewEntry[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const run = caller(store);
  const { settings } = store;
  const { expectedRev, metadata, signal } = optionsOf(options);
  const member: Member = {
    threadId: checkId(threadId, 'threadId'),
    ...prepareEntries(entries, settings),
    expectedRev: expectedRev === undefined ? undefined : checkInteger(expectedRev, 'expectedRev', 0),
    metadata: prepareMetadata(metadata, settings),
  };
  const unknown = (cause: unknown): Error => outcomeUnknown(member, cause);
  return run({ operation: 'append', signal, unknown }, async (scope, call) => {
    if (scope.transaction !== undefined) {
      const result = await appendInside(store, scope, member);
      // Whether it stays, and what of it, the host's own commit decides: whoever hears of it reads.
      if (result.created) announceFrom(store, scope, threadId);
      return result;
    }
    const result = await (settings.batching ? queueOf(store).add(member, call) : appendAlone(store, { member, call }));
    if (result.created) announce(store, result);
    return result;
  });
}

/** As a part of the host's transaction: now, on its connection. */
async function appendInside(store: Store, scope: Scope, member: Member): Promise<AppendResult> {
  return scope.together(async session => {
    const claimed = await claim(store, session, member);
    if (claimed !== undefined) return claimed;
    const [outcome] = await record(store, session, [member], 'inside');
    if (outcome === undefined || outcome === 'held' || outcome instanceof Error) throw outcome;
    return outcome;
  });
}

async function appendAlone(store: Store, given: Pick<Waiting, 'member' | 'call'>): Promise<AppendResult> {
  const { promise, resolve, reject } = Promise.withResolvers<AppendResult>();
  await flushBatch(store, [{ ...given, bytes: 0, apart: false, resolve, reject }], 'wait');
  return promise;
}

function queueOf(store: Store): AppendQueue {
  store.life.queue ??= new AppendQueue((batch, held) => flushBatch(store, batch, held), {
    maxBytes: store.settings.maxQueuedBytes,
    gathers: !store.dialect.writesTogether,
  });
  return store.life.queue;
}
