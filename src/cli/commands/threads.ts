import { connected, type GlobalFlags } from '../connect.ts';
import { headJson } from '../entry-json.ts';
import { existing } from '../existing.ts';
import { toStdout } from '../output.ts';
import { isoTime, threadLine } from '../render.ts';

export interface ThreadsFlags extends GlobalFlags {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** Lists the threads by id. */
export async function listThreads(flags: ThreadsFlags): Promise<void> {
  const { json, after, limit } = flags;
  await connected(existing(flags), flags, ({ journal }) =>
    toStdout(async output => {
      let listed = 0;
      for await (const head of journal.threads({ after, limit })) {
        const { rev, createdAt, updatedAt, threadId } = head;
        if (!json && listed === 0) await output.write(`${threadLine('REV', 'CREATED', 'UPDATED', 'THREAD')}\n`);
        const line = json ? headJson(head) : threadLine(String(rev), isoTime(createdAt), isoTime(updatedAt), threadId);
        await output.write(`${line}\n`);
        listed += 1;
      }
      if (!json && listed === 0) await output.write('No threads.\n');
    }),
  );
}
