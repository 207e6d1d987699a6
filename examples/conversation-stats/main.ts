/**
 * `node examples/conversation-stats/main.ts [conversations.jsonl]`: a read model over all threads, kept up to date while
 * appends go on, and rebuilt under another version without a moment in which readers see less.
 */
import { readFile } from 'node:fs/promises';
import { MikroORM } from '@mikro-orm/core';
import { type Fields, type NewEntry, Projector, ThreadJournal } from 'thread-journal';
import { ConversationStats, conversationStats } from './conversation-stats.ts';
import config from './mikro-orm.config.ts';

const orm = await MikroORM.init(config as object);
await orm.migrator.up();
const journal = new ThreadJournal(orm as never);

// 1. Conversations, from a file. Ids of our own make it safe to run this twice.
const file = process.argv[2] ?? new URL('../conversations.jsonl', import.meta.url);
const conversations = (await readFile(file, 'utf8'))
  .trim()
  .split('\n')
  .map(line => toThread(JSON.parse(line)));
const [half, rest] = [conversations.slice(0, conversations.length / 2), conversations.slice(conversations.length / 2)];

// 2. The projector of the live version runs for as long as the app does.
const live = new Projector({ journal, ...conversationStats });
const running = live.run().catch(error => console.log(`version 1: ${error.code}`));
await append(half);

// 3. A deploy with a raised version: it builds its rows beside the live ones, while appends go on, and takes over.
const projection = { ...conversationStats.projection, version: 2 };
const next = new Projector({ journal, ...conversationStats, projection });
await Promise.all([next.catchUp(), append(rest)]);
await next.catchUp();
await running;

// 4. Readers ask which version to read, and never find it empty.
const version = await journal.liveVersion('conversation_stats');
const rows = await orm.em
  .fork()
  .find(ConversationStats, { version: version ?? 0 }, { orderBy: { toolCalls: 'desc', threadId: 'asc' } });
console.log(`version ${version} has ${rows.length} conversations; the five with the most tool calls:`);
for (const { threadId, turns, toolCalls, characters } of rows.slice(0, 5)) {
  console.log(`  ${threadId.padEnd(24)} ${turns} turns, ${toolCalls} tool calls, ${characters} characters`);
}
await journal.close();
await orm.close();

async function append(threads: readonly { threadId: string; entries: readonly NewEntry[] }[]): Promise<void> {
  for (const { threadId, entries } of threads) await journal.append(threadId, entries);
}

/** A line is a conversation of entries, or of chat messages as providers take them. */
function toThread(line: { threadId: string; entries?: NewEntry[]; messages?: Fields[] }) {
  const entries =
    line.entries ??
    (line.messages ?? []).map((payload, index) => ({
      id: `${line.threadId}-${index}`,
      kind: payload['role'] === 'tool' ? 'tool_result' : payload['tool_calls'] === undefined ? 'message' : 'tool_call',
      payload,
    }));
  return { threadId: line.threadId, entries };
}
