import type { RebuildProgress, ThreadJournal } from '../../index.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { existing } from '../existing.ts';
import { CliError } from '../exit.ts';
import { startJob } from '../job-progress.ts';
import { counted, grouped } from '../progress.ts';
import { checkThere, instant } from '../selection.ts';

export interface RebuildFlags extends GlobalFlags {
  readonly all?: boolean | undefined;
  readonly since?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Makes snapshots again from the journal. */
export async function rebuild(threadIds: readonly string[], flags: RebuildFlags): Promise<void> {
  const { all = false, dryRun = false } = flags;
  const since = flags.since === undefined ? undefined : instant(flags.since);
  if (threadIds.length === 0 && !all && since === undefined) {
    throw new CliError(2, 'say which threads: their ids, --since <time>, or --all');
  }
  if (threadIds.length > 0 && (all || since !== undefined)) {
    throw new CliError(2, 'pass thread ids, or --all or --since, not both');
  }
  const where = { ...existing(flags), writes: !dryRun };
  await connected(where, flags, async ({ journal }) => {
    await checkThere(journal, threadIds, 1);
    const selection = threadIds.length === 0 ? { since } : { threadIds };
    const { last, damaged } = await run(journal, { ...selection, dryRun }, flags);
    console.log(flags.json ? asJson(last, damaged, dryRun) : sentence(last, dryRun));
    if (damaged.length === 0) return;
    const threads = damaged.slice(0, 3).map(id => JSON.stringify(id));
    const which = `${threads.join(', ')}${damaged.length > 3 ? ` and ${damaged.length - 3} more` : ''}`;
    throw new CliError(1, `the history does not hold, so nothing was made, of ${which}: run "thread-journal verify"`);
  });
}

type Options = Parameters<ThreadJournal['rebuildSnapshots']>[0];

async function run(
  journal: ThreadJournal,
  options: Options,
  { json = false }: GlobalFlags,
): Promise<{ readonly last: RebuildProgress | undefined; readonly damaged: readonly string[] }> {
  const progress = startJob({ silent: json });
  const damaged: string[] = [];
  let last: RebuildProgress | undefined;
  try {
    for await (const step of journal.rebuildSnapshots(options)) {
      last = step;
      damaged.push(...step.damaged);
      progress.update(step.entries, step.of.entries);
    }
  } finally {
    progress.stop();
  }
  return { last, damaged };
}

function sentence(last: RebuildProgress | undefined, dryRun: boolean): string {
  const { threads = 0, entries = 0, segments = { written: 0, kept: 0, removed: 0 } } = last ?? {};
  const read = `${counted(threads, 'thread')}, ${counted(entries, 'entry', 'entries')}`;
  const { written, kept, removed } = segments;
  const would = dryRun ? 'would be ' : '';
  return `${read}: ${counted(written, 'segment')} ${would}written, ${grouped(kept)} right already, ${grouped(removed)} ${would}removed.`;
}

function asJson(last: RebuildProgress | undefined, damaged: readonly string[], dryRun: boolean): string {
  const { threads = 0, entries = 0, segments = { written: 0, kept: 0, removed: 0 } } = last ?? {};
  return JSON.stringify({ threads, entries, ...segments, damaged, dryRun });
}
