import { CorruptEntryError } from '../errors.ts';
import type { Settings, Upcaster } from '../options.ts';
import type { Entry } from './entry.ts';
import type { Thread } from './thread.ts';

/**
 * The entry in the newest shape of its kind, whatever shape it was recorded in. What is stored never changes: hashes,
 * snapshots and repeats of an append are of entries as stored.
 *
 * @throws CorruptEntryError when no way leads from its shape to the newest.
 */
export function lift({ upcasters }: Pick<Settings, 'upcasters'>, entry: Entry): Entry {
  const steps = upcasters?.get(entry.kind);
  if (steps === undefined) return entry;
  const newest = steps.length + 1;
  const version = entry.refs['v'] ?? 1;
  if (version === newest) return entry;
  const { threadId, seq } = entry;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1 || version > newest) {
    const reason = `refs.v must be a version of its kind, 1 to ${newest}: newer code may have written it`;
    throw new CorruptEntryError({ threadId, seq, reason });
  }
  try {
    return { ...entry, payload: climb(entry, steps.slice(version - 1)), refs: { ...entry.refs, v: newest } };
  } catch (cause) {
    throw new CorruptEntryError({ threadId, seq, reason: `it cannot be lifted from version ${version}`, cause });
  }
}

/** The thread with its entries lifted; the same value where there is nothing to lift. */
export function liftThread(settings: Pick<Settings, 'upcasters'>, thread: Thread | undefined): Thread | undefined {
  if (settings.upcasters === undefined || thread === undefined) return thread;
  const entries = Object.freeze(thread.entries.map(entry => lift(settings, entry)));
  return Object.freeze({ ...thread, entries });
}

function climb({ payload }: Entry, steps: readonly Upcaster[]): Entry['payload'] {
  const lifted = steps.reduce((before, step) => step(before), payload);
  if (typeof lifted === 'object' && lifted !== null && !Array.isArray(lifted)) return lifted;
  throw new TypeError('an upcaster must return a plain object');
}
