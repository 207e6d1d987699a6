import assert from 'node:assert/strict';
import type { FeedEntry, Journal } from '../../journal/index.ts';
import { take } from '../expectations.ts';

/** A cursor behind all that is on the store now: cases share it. */
export async function startOf(journal: Journal, threadId: string): Promise<string> {
  await journal.append(`start-${threadId}`, [{}]);
  const last = (await take(journal.readAll())).findLast(entry => entry.threadId === `start-${threadId}`);
  assert.ok(last !== undefined, 'the feed should have what was appended');
  return last.cursor;
}

/** The entries of one case's threads. */
export function under(entries: readonly FeedEntry[], threadId: string): FeedEntry[] {
  return entries.filter(entry => entry.threadId.startsWith(threadId));
}

export async function from(journal: Journal, after: string, threadId: string): Promise<FeedEntry[]> {
  return under(await take(journal.readAll({ after })), threadId);
}

export function placesOf(entries: readonly FeedEntry[], threadId: string): string[] {
  return entries.map(entry => `${entry.threadId.slice(threadId.length)} ${entry.seq}`);
}
