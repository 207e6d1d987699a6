import type { Damage, Finding, VerifyProgress } from '../../index.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { existing } from '../existing.ts';
import { CliError } from '../exit.ts';
import { startJob } from '../job-progress.ts';
import { type Output, toStdout } from '../output.ts';
import { counted, grouped } from '../progress.ts';
import { checkThere } from '../selection.ts';
import { printable, safeJson } from '../terminal.ts';

export interface VerifyFlags extends GlobalFlags {
  readonly repair?: boolean | undefined;
}

/** Lists every difference between heads, entries and snapshots; 1 when there is any. */
export async function verify(threadIds: readonly string[], flags: VerifyFlags): Promise<void> {
  const { repair = false, json = false } = flags;
  const where = { ...existing(flags), writes: repair };
  await connected(where, flags, async ({ journal }) => {
    const found: Finding[] = [];
    const progress = startJob({ silent: json });
    let last: VerifyProgress | undefined;
    await toStdout(async output => {
      try {
        const selection = threadIds.length === 0 ? {} : { threadIds };
        for await (const step of journal.verify({ ...selection, repair })) {
          last = step;
          progress.update(step.entries, step.of.entries);
          for (const finding of step.findings) await tell(output, finding, json);
          found.push(...step.findings);
        }
      } finally {
        progress.stop();
      }
      // A thread without a head may have been found by its entries.
      const without = threadIds.filter(id => !found.some(({ threadId }) => threadId === id));
      await checkThere(journal, without, 2);
      await output.write(`${json ? asJson(last, found) : sentence(last)}\n`);
    });
    if (found.length === 0) return;
    const threads = new Set(found.map(({ threadId }) => threadId)).size;
    throw new CliError(1, `${counted(found.length, 'difference')} in ${counted(threads, 'thread')}${advice(found)}`);
  });
}

function advice(found: readonly Finding[]): string {
  if (found.some(({ of }) => of === 'journal')) {
    return ': the journal itself is damaged; restore what is missing from a backup';
  }
  return found.every(({ repaired }) => repaired) ? ', all repaired' : ': run "thread-journal verify --repair"';
}

async function tell(output: Output, finding: Finding, json: boolean): Promise<void> {
  if (json) {
    await output.write(`${safeJson(JSON.stringify(finding))}\n`);
    return;
  }
  const { threadId, damage, fromSeq, toSeq, repaired } = finding;
  const place =
    toSeq - fromSeq > 1 ? `seq ${fromSeq} to ${toSeq - 1}` : toSeq > fromSeq ? `seq ${fromSeq}` : 'its head';
  await output.write(`${printable(threadId)}  ${place}  ${SAID[damage]}${repaired ? ' (repaired)' : ''}\n`);
}

const SAID: Readonly<Record<Damage, string>> = {
  'head-missing': 'head-missing: entries without a head',
  'thread-erased': 'thread-erased: an erasure record says that it was deleted',
  'metadata-undecodable': 'metadata-undecodable: the metadata cannot be decoded',
  'entries-missing': 'entries-missing: entries that the rev counts are not there',
  'entries-unexpected': 'entries-unexpected: more entries than the rev counts',
  'entry-undecodable': 'entry-undecodable: payload or refs cannot be decoded',
  'history-changed': "history-changed: the hash chain over the entries does not end in the head's hash",
  'segment-stray': 'segment-stray: a snapshot of no thread, or beyond its rev',
  'segment-unknown-format': 'segment-unknown-format: a snapshot of a format that this version does not know',
  'segment-out-of-place': 'segment-out-of-place: a snapshot that does not begin where the one before it ends',
  'segment-damaged': 'segment-damaged: a snapshot that is not as it was made',
  'segment-differs': "segment-differs: a snapshot of other entries than the journal's",
};

function sentence(last: VerifyProgress | undefined): string {
  const { threads = 0, entries = 0, segments = 0 } = last ?? {};
  return `${counted(threads, 'thread')}, ${counted(entries, 'entry', 'entries')}, ${grouped(segments)} segments of snapshots checked.`;
}

function asJson(last: VerifyProgress | undefined, found: readonly Finding[]): string {
  const { threads = 0, entries = 0, segments = 0 } = last ?? {};
  const repaired = found.filter(finding => finding.repaired).length;
  return JSON.stringify({ threads, entries, segments, findings: found.length, repaired });
}
