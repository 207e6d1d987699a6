import type { PreparedEntry } from '../journal/index.ts';
import type { Limits, Settings } from '../options.ts';

/** For a thread's entries, which are more than one append's: each keeps its own limit. */
export function withoutLimits(settings: Settings): Settings {
  const none = Number.MAX_SAFE_INTEGER;
  return { ...settings, limits: { ...settings.limits, maxEntries: none, maxAppendBytes: none } };
}

/** Cuts entries into runs that one append may hold. */
export function chunks(
  entries: readonly PreparedEntry[],
  { maxEntries, maxAppendBytes }: Limits,
): readonly (readonly PreparedEntry[])[] {
  const cut: PreparedEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.payload) + Buffer.byteLength(entry.refs);
    const last = cut.at(-1);
    if (last === undefined || last.length === maxEntries || bytes + size > maxAppendBytes) {
      cut.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return cut;
}
