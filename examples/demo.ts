/**
 * `npm run demo`: what a thread journal does, on real-shaped conversations. Read it from top to bottom.
 * SQLite in a file by default; `DATABASE_URL=postgresql://… npm run demo` does the same on PostgreSQL.
 */
import { readFile } from 'node:fs/promises';
import { MikroORM } from '@mikro-orm/core';
import { type NewEntry, RevConflictError, ThreadJournal } from 'thread-journal';
import config from '../mikro-orm.config.ts';

interface Conversation {
  readonly threadId: string;
  readonly metadata: Record<string, unknown>;
  readonly entries: readonly NewEntry[];
}

const sample = await readFile(new URL('./conversations.jsonl', import.meta.url), 'utf8');
const conversations: Conversation[] = sample
  .trim()
  .split('\n')
  .map(line => JSON.parse(line));

// 1. Your ORM, your database. The journal's tables come from a migration like any other.
let orm = await MikroORM.init(config as object);
await orm.migrator.up();
let journal = new ThreadJournal(orm as never);
const where = process.env['DATABASE_URL'] === undefined ? 'SQLite, demo.db' : 'PostgreSQL';
title(`Five conversations, appended turn by turn (${where})`);

// 2. Append. Each turn carries the rev it was decided on, so no two writers can fork a thread in silence.
for (const { threadId, metadata, entries } of conversations) {
  await journal.delete(threadId); // so that the demo can be run again
  let rev = 0;
  for (const entry of entries) {
    ({ rev } = await journal.append(threadId, [entry], { expectedRev: rev, metadata }));
  }
  console.log(`  ${threadId.padEnd(24)} rev ${rev}`);
}

// 3. Two agents answer at once. One is first; the other is told where the thread is now, and decides again.
title('Two agents answer the same question');
const threadId = 'interview-scheduler-09';
const seen = (await journal.head(threadId))?.rev ?? 0;
const answer = (agent: string): NewEntry => ({
  kind: 'message',
  payload: { role: 'assistant', content: `Anything else? (${agent})` },
  refs: { agent },
});
await journal.append(threadId, [answer('agent-a')], { expectedRev: seen });
console.log(`  agent-a appends at rev ${seen}: recorded`);
try {
  await journal.append(threadId, [answer('agent-b')], { expectedRev: seen });
} catch (error) {
  if (!(error instanceof RevConflictError)) throw error;
  console.log(`  agent-b appends at rev ${seen}: ${error.message}`);
  const newer: string[] = [];
  for await (const entry of journal.read(threadId, { fromSeq: error.expectedRev }))
    newer.push(String(entry.refs['agent']));
  console.log(`  agent-b reads what it missed (from ${newer.join(', ')}) and leaves a note instead of a second answer`);
  const note: NewEntry = { kind: 'note', payload: { text: 'agent-a was first; nothing to add' } };
  await journal.append(threadId, [note], { expectedRev: error.actualRev });
}

// 4. A retry is safe: with ids of your own, the same append is recognised, not doubled.
title('The network failed, so the last append is sent again');
const tool: NewEntry = { id: 'call-77-result', kind: 'tool_result', payload: { at: new Date(0), bytes: 10n } };
console.log(`  first time:  created ${(await journal.append(threadId, [tool])).created}`);
console.log(`  second time: created ${(await journal.append(threadId, [tool])).created}`);

// 5. The process ends. Another one opens the database and has it all.
await journal.close();
await orm.close();
orm = await MikroORM.init(config as object);
journal = new ThreadJournal(orm as never);
title('Opened again');
const thread = await journal.load(threadId);
for (const { seq, kind, payload } of thread?.entries ?? []) {
  const text = String(payload['content'] ?? payload['text'] ?? payload['message'] ?? Object.keys(payload).join(', '));
  console.log(`  ${String(seq).padStart(2)}  ${kind.padEnd(11)} ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`);
}
console.log(`\n  ${thread?.id} is at rev ${thread?.rev}, hash ${thread?.hash.slice(0, 12)}…`);
await journal.close();
await orm.close();

function title(text: string): void {
  console.log(`\n${text}\n`);
}
