import { MikroORM } from '@mikro-orm/sqlite';
import { RevConflictError, ThreadJournal } from 'thread-journal';
import config from './mikro-orm.config.ts';

const orm = await MikroORM.init(config);
await orm.migrator.up();
const journal = new ThreadJournal(orm);

// Append: the thread is made by its first entry. expectedRev 0 says "nobody was here before me".
const { rev } = await journal.append(
  'support-42',
  [{ kind: 'message', payload: { role: 'user', content: 'Where is my parcel?' } }],
  { expectedRev: 0, metadata: { customer: 'c-7' } },
);

// The guard of the next append is the rev of this one. Whoever is late is told, and nothing is overwritten.
await journal.append('support-42', [{ kind: 'message', payload: { role: 'assistant', content: 'In Lyon.' } }], {
  expectedRev: rev,
});
try {
  await journal.append('support-42', [{ kind: 'note', payload: { text: 'late' } }], { expectedRev: rev });
} catch (error) {
  if (!(error instanceof RevConflictError)) throw error;
  console.log(`conflict: expected rev ${error.expectedRev}, the thread is at ${error.actualRev}`);
}

// Load: the whole thread as one value.
const thread = await journal.load('support-42');
for (const entry of thread?.entries ?? []) console.log(entry.seq, entry.kind, entry.payload);

await journal.close();
await orm.close();
