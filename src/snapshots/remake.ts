import type { Caller, HeadRow, Store } from '../journal/index.ts';
import { startOf } from './cutter.ts';
import { HistoryBroken, sealThread } from './seal-thread.ts';
import type { SegmentFacts } from './stored.ts';

/** Makes a thread's segments again in place of all it has. False when its history turns out not to hold. */
export async function remake(
  store: Store,
  run: Caller,
  { thread_id: threadId, generation }: HeadRow,
  stored: readonly SegmentFacts[],
): Promise<boolean> {
  try {
    await sealThread(store, run, { threadId, generation, from: startOf(threadId), distrusted: stored });
    return true;
  } catch (error) {
    if (error instanceof HistoryBroken) return false;
    throw error;
  }
}
