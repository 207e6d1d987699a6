import type { Journal } from '../index.ts';
import { CliError, type ExitCode } from './exit.ts';

/** An instant as a person writes it: epoch milliseconds, or ISO 8601 (a date alone is midnight UTC). */
export function instant(text: string): number {
  const at = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isSafeInteger(at) && (/^-?\d+$/.test(text) || /^\d{4}-\d\d/.test(text))) return at;
  throw new CliError(2, `--since ${JSON.stringify(text)} is no instant: pass 2026-11-24T08:00:00Z, or milliseconds`);
}

/** All are looked up before anything is done. */
export async function checkThere(journal: Journal, threadIds: readonly string[], exitCode: ExitCode): Promise<void> {
  for (const threadId of threadIds) {
    if ((await journal.head(threadId)) !== undefined) continue;
    const line = `there is no thread ${JSON.stringify(threadId)}: "thread-journal threads" lists what there is`;
    throw new CliError(exitCode, line);
  }
}
