import { setImmediate } from 'node:timers/promises';
import { background, inCleanContext, type Store, track } from '../journal/index.ts';
import type { Assembled } from './assemble.ts';
import { report } from './report.ts';
import { HistoryBroken, type SealTask, sealThread } from './seal-thread.ts';
import type { Segment } from './segment.ts';

/** Threads that may wait for their turn; one that finds no room is sealed by a later load. */
const MAX_WAITING = 64;
/** After a failure: so that a database that refuses is not asked again at each load. */
const PAUSE_MS = 5_000;
const MAX_REMEMBERED = 1_000;

interface Sealer {
  readonly waiting: Map<string, SealTask>;
  running: boolean;
  /** The database does not let us write: it will not tomorrow either. */
  forbidden: boolean;
  pausedUntil: number;
  /** Generations whose history does not hold. */
  readonly broken: Set<string>;
}

const known = new WeakMap<Store['life'], Sealer>();

/** Seals what a load had to read row by row, if that is worth it: later, in the background, one thread at a time. */
export function considerSeal(store: Store, { thread, sealed, last }: Assembled, distrusted: readonly Segment[]): void {
  const { seal, minTail, segmentEntries } = store.settings.snapshots;
  if (!seal || store.life.closed || thread?.generation === undefined) return;
  if (thread.rev - sealed < minTail && distrusted.length === 0) return;
  const { id: threadId, generation } = thread;
  const sealer = sealerOf(store);
  if (sealer.forbidden || sealer.broken.has(generation) || performance.now() < sealer.pausedUntil) return;
  if (sealer.waiting.size >= MAX_WAITING) return;
  // A segment that is not full is made again, with what came behind it.
  const full = last.end.seq - last.start.seq >= segmentEntries;
  sealer.waiting.set(generation, { threadId, generation, from: full ? last.end : last.start, distrusted });
  if (sealer.running) return;
  sealer.running = true;
  void track(store, () => inCleanContext(() => sealAll(store, sealer)));
}

async function sealAll(store: Store, sealer: Sealer): Promise<void> {
  try {
    // The load that asked for it answers first.
    await setImmediate();
    for (let [task] = sealer.waiting.values(); task !== undefined; [task] = sealer.waiting.values()) {
      await sealOne(store, sealer, task);
      sealer.waiting.delete(task.generation);
    }
  } finally {
    sealer.running = false;
  }
}

/** Never throws: nobody waits for it. */
async function sealOne(store: Store, sealer: Sealer, task: SealTask): Promise<void> {
  const { threadId, generation, from } = task;
  try {
    const toSeq = await sealThread(store, background(store), task);
    if (toSeq > from.seq) report({ event: 'sealed', threadId, fromSeq: from.seq, toSeq });
  } catch (error) {
    if (error instanceof HistoryBroken) {
      if (sealer.broken.size >= MAX_REMEMBERED) sealer.broken.clear();
      sealer.broken.add(generation);
      report({ event: 'refused', threadId, error: error.cause });
      return;
    }
    sealer.forbidden ||= store.dialect.classify(error) === 'forbidden';
    sealer.pausedUntil = performance.now() + PAUSE_MS;
    report({ event: 'failed', threadId, error });
  }
}

function sealerOf({ life }: Store): Sealer {
  const sealer = known.get(life) ?? {
    waiting: new Map(),
    running: false,
    forbidden: false,
    pausedUntil: 0,
    broken: new Set(),
  };
  known.set(life, sealer);
  return sealer;
}
