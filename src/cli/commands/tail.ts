import type { Entry, FeedEntry, ThreadJournal } from '../../index.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { entryJson } from '../entry-json.ts';
import { existing } from '../existing.ts';
import { CliError, ReaderGone } from '../exit.ts';
import { problemOf, stdoutAtOnce } from '../output.ts';
import { entryLine } from '../render.ts';
import { columnsOf, printable } from '../terminal.ts';

export interface TailFlags extends GlobalFlags {
  readonly all?: boolean | undefined;
  readonly fromSeq?: number | undefined;
  readonly after?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
}

/** Entries of a thread that are shown before those that come. */
const LAST = 10;

/** Follows a thread, or all of them, until Ctrl-C or until nobody reads the output. */
export async function tail(threadId: string | undefined, flags: TailFlags): Promise<void> {
  const { all = false, fromSeq, after, kinds, json = false } = flags;
  if ((threadId === undefined) !== all) throw new CliError(2, 'say which thread, or --all');
  if (all && fromSeq !== undefined) throw new CliError(2, '--from-seq is of one thread; --all goes with --after');
  if (!all && after !== undefined) throw new CliError(2, '--after is of all threads; one thread goes with --from-seq');
  await connected(existing(flags), flags, async ({ journal }) => {
    const signal = untilEnded();
    tellStatus(journal);
    if (threadId === undefined) {
      const start = after ?? (await journal.feedEnd());
      for await (const entry of journal.followAll({ after: start, kinds, signal })) await show(entry, json);
    } else {
      const start = fromSeq ?? (await seqOfLast(journal, threadId, kinds));
      for await (const entry of journal.follow(threadId, { fromSeq: start, kinds, signal })) await show(entry, json);
    }
  });
}

/** Where the last so many entries begin. */
async function seqOfLast(
  journal: ThreadJournal,
  threadId: string,
  kinds: readonly string[] | undefined,
): Promise<number> {
  const head = await journal.head(threadId);
  if (head === undefined) {
    // A name misspelt would be waited for in silence.
    process.stderr.write(
      `there is no thread ${printable(JSON.stringify(threadId))} yet: waiting for its first entry\n`,
    );
    return 0;
  }
  let seq = head.rev;
  for await (const entry of journal.read(threadId, { direction: 'backward', limit: LAST, kinds })) seq = entry.seq;
  return seq;
}

async function show(entry: Entry | FeedEntry, json: boolean): Promise<void> {
  const { threadId, seq } = entry;
  const ofAll = 'cursor' in entry;
  const columns = columnsOf(process.stdout);
  if (json) {
    const before = ofAll ? { cursor: entry.cursor, threadId, seq } : { threadId, seq };
    await stdoutAtOnce.write(`${entryJson(entry, before)}\n`);
  } else {
    const thread = ofAll ? `${printable(threadId)}  ` : '';
    await stdoutAtOnce.write(`${thread}${entryLine(entry, Math.max(columns - thread.length, 40))}\n`);
  }
}

/** Both are an ordinary end: exit code 0. A second Ctrl-C does not wait for anything. */
function untilEnded(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort(new ReaderGone()));
  // Whoever reads may go away while there is nothing to write.
  process.stdout.once('error', error => ending.abort(problemOf(error)));
  return ending.signal;
}

function tellStatus({ status$ }: ThreadJournal): void {
  let degraded = false;
  status$.subscribe(status => {
    if (status === 'catching-up' || degraded === (status === 'degraded')) return;
    degraded = status === 'degraded';
    process.stderr.write(
      degraded
        ? 'degraded: the database is away, or its notifications do not arrive; entries come later, none is lost\n'
        : 'live again\n',
    );
  });
}
