import type { Journal, ThreadHead } from '../../index.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { entryJson } from '../entry-json.ts';
import { existing } from '../existing.ts';
import { CliError } from '../exit.ts';
import { isMessage, stored, toFile } from '../line-form.ts';
import { type Output, toStdout } from '../output.ts';
import { toFileOnceWhole } from '../output-file.ts';
import { safeJson } from '../terminal.ts';
import { noThread } from './show.ts';

export type Format = 'conversations' | 'entries' | 'messages';

export interface ExportFlags extends GlobalFlags {
  readonly format: Format;
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
}

/** Writes threads as JSON lines: all, by id, or those named, in the order named. */
export async function exportThreads(threadIds: readonly string[], flags: ExportFlags): Promise<void> {
  const { output: file, force = false, format } = flags;
  await connected(existing(flags), flags, async ({ journal }) => {
    const heads = threadIds.length === 0 ? journal.threads() : await headsOf(journal, threadIds);
    const job = async (output: Output): Promise<void> => {
      for await (const head of heads) await write[format](journal, head, output);
    };
    if (file === undefined) await toStdout(job);
    else await toFileOnceWhole(file, { force }, job);
  });
}

/** All are looked up before the first is written. */
async function headsOf(journal: Journal, threadIds: readonly string[]): Promise<readonly ThreadHead[]> {
  const heads: ThreadHead[] = [];
  for (const threadId of threadIds) {
    const head = await journal.head(threadId);
    if (head === undefined) throw noThread(threadId);
    heads.push(head);
  }
  return heads;
}

/** Each reads the thread up to the rev of its head: what is appended meanwhile is for the next export. */
const write = { conversations, entries, messages } satisfies Record<
  Format,
  (journal: Journal, head: ThreadHead, output: Output) => Promise<void>
>;

/** One line, written piece by piece: a thread is never held as a whole. */
async function conversations(journal: Journal, head: ThreadHead, output: Output): Promise<void> {
  await output.write(`${opening(head)},"entries":[`);
  let separator = '';
  for await (const entry of journal.read(head.threadId, { toSeq: head.rev })) {
    await output.write(separator + entryJson(entry));
    separator = ',';
  }
  await output.write(']}\n');
}

/** A line an entry. The thread's metadata goes with the first; a thread without entries is a line of its own. */
async function entries(journal: Journal, head: ThreadHead, output: Output): Promise<void> {
  const { threadId, rev } = head;
  if (rev === 0) return conversations(journal, head, output);
  const metadata = stored(head.metadata);
  for await (const entry of journal.read(threadId, { toSeq: rev })) {
    const line = entryJson(entry, { threadId, seq: entry.seq });
    const withMetadata = entry.seq === 0 && metadata !== '{}';
    await output.write(withMetadata ? `${line.slice(0, -1)},"metadata":${safeJson(toFile(metadata))}}\n` : `${line}\n`);
  }
}

/** Read twice, so that a thread which is more than messages is refused before anything of it is written. */
async function messages(journal: Journal, head: ThreadHead, output: Output): Promise<void> {
  const range = { toSeq: head.rev };
  for await (const { kind, payload, seq } of journal.read(head.threadId, range)) {
    if (isMessage(kind, payload) && stored(payload).startsWith('{')) continue;
    const where = `thread ${JSON.stringify(head.threadId)}, seq ${seq} (${kind})`;
    throw new CliError(1, `${where} is not a chat message: export it with --format conversations`);
  }
  await output.write(`${opening(head)},"messages":[`);
  let separator = '';
  for await (const { payload } of journal.read(head.threadId, range)) {
    await output.write(separator + safeJson(stored(payload)));
    separator = ',';
  }
  await output.write(']}\n');
}

function opening({ threadId, metadata }: ThreadHead): string {
  return safeJson(`{"threadId":${JSON.stringify(threadId)},"metadata":${toFile(stored(metadata))}`);
}
