import type { ThreadHead } from '../../index.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { entryJson, headJson } from '../entry-json.ts';
import { existing } from '../existing.ts';
import { CliError } from '../exit.ts';

import { stored } from '../line-form.ts';
import { toStdout } from '../output.ts';
import { entryLine, isoTime } from '../render.ts';
import { columnsOf, cutTo, printable } from '../terminal.ts';

export interface ShowFlags extends GlobalFlags {
  readonly from?: number | undefined;
  readonly limit?: number | undefined;
  readonly tail?: number | undefined;
}

/** Shows one thread: a line for its head, then one line an entry. */
export async function showThread(threadId: string, flags: ShowFlags): Promise<void> {
  const { json, from = 0, limit, tail } = flags;
  if (tail !== undefined && (flags.from !== undefined || limit !== undefined)) {
    throw new CliError(2, 'pass --tail, or --from and --limit, not both');
  }
  await connected(existing(flags), flags, async ({ journal }) => {
    const head = await journal.head(threadId);
    if (head === undefined) throw noThread(threadId);
    const fromSeq = tail === undefined ? from : Math.max(0, head.rev - tail);
    const columns = columnsOf(process.stdout);
    await toStdout(async output => {
      await output.write(`${json ? headJson(head) : headLine(head, columns)}\n`);
      for await (const entry of journal.read(threadId, { fromSeq, toSeq: Math.max(fromSeq, head.rev), limit })) {
        await output.write(`${json ? entryJson(entry, { threadId, seq: entry.seq }) : entryLine(entry, columns)}\n`);
      }
    });
  });
}

export function noThread(threadId: string): CliError {
  return new CliError(
    1,
    `there is no thread ${JSON.stringify(threadId)}: "thread-journal threads" lists what there is`,
  );
}

function headLine({ threadId, rev, createdAt, updatedAt, metadata }: ThreadHead, columns: number): string {
  const facts = `rev ${rev}, created ${isoTime(createdAt)}, updated ${isoTime(updatedAt)}`;
  const about = stored(metadata);
  return `${printable(threadId)}  ${cutTo(`${facts}${about === '{}' ? '' : `  ${about}`}`, columns)}`;
}
