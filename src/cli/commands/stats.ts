import type { JournalStats } from '../../index.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { existing } from '../existing.ts';
import { counted, grouped, size } from '../progress.ts';
import { printable, safeJson } from '../terminal.ts';

/** Tells how large the journal is, and how much of it stands in snapshots. */
export async function showStats(flags: GlobalFlags): Promise<void> {
  await connected(existing(flags), flags, async ({ journal }) => {
    const { served: _, ...stats } = await journal.stats();
    console.log(flags.json ? safeJson(JSON.stringify(stats)) : lines(stats).join('\n'));
  });
}

function lines(stats: Omit<JournalStats, 'served'>): readonly string[] {
  const { threads, entries, sealedEntries, segments, bytes, longest } = stats;
  const share = entries === 0 ? 0 : Math.floor((sealedEntries / entries) * 100);
  const ranked = longest.map(({ threadId, rev }) => `${grouped(rev).padStart(12)}  ${printable(threadId)}`);
  return [
    `threads    ${grouped(threads)}`,
    `entries    ${grouped(entries)}`,
    `snapshots  ${grouped(sealedEntries)} entries (${share}%) in ${counted(segments, 'segment')}`,
    `bytes      journal ${size(bytes.journal)}, snapshots ${size(bytes.snapshots)}`,
    // A process of its own loads nothing; the app's are counted in the app.
    'loads      what snapshots served is counted in the app: (await journal.stats()).served',
    ...(ranked.length === 0 ? [] : ['longest threads:', ...ranked]),
  ];
}
