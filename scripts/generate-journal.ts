/**
 * A large journal for measurements, written in bulk and with the hashes that appends would have left:
 * `node scripts/generate-journal.ts <url> [threads=20000] [entries of each=100]`. The tables are made if need be.
 */
import { v7 } from 'uuid';
import { dialectOf, onConnection, throughKysely } from '../src/dialects/index.ts';
import { chainHash, entryDigest, genesisHash } from '../src/journal/index.ts';
import { createSchema, openOrm } from '../test/support/backends.ts';

const [url, threads = '20000', each = '100'] = process.argv.slice(2);
if (url === undefined) throw new Error('pass sqlite:/path/file.db or postgresql://…/database');

const WORDS = 'account airport balance booking cabin change confirm delay depart direct evening exchange'.split(' ');
const ROWS = 1_000;

await createSchema(url);
const orm = await openOrm(url);
const dialect = dialectOf(orm.em.getPlatform());
const write = (sql: string, parameters: readonly unknown[]): Promise<unknown> =>
  onConnection(orm.em, throughKysely, session => session.run(dialect.statement(sql), parameters));

type Row = Record<string, string | number>;
let heads: Row[] = [];
let entries: Row[] = [];

async function flush(): Promise<void> {
  const head = dialect.rows(
    { thread_id: 'text', generation: 'text', rev: 'bigint', head_hash: 'text', at: 'bigint' },
    heads,
  );
  await write(
    `insert into journal_threads (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
     select i.thread_id, i.generation, i.rev, 1, i.head_hash, '{}', i.at, i.at from ${head.sql}`,
    head.parameters,
  );
  for (let from = 0; from < entries.length; from += ROWS) {
    const rows = dialect.rows(
      { thread_id: 'text', seq: 'bigint', entry_id: 'text', at: 'bigint', kind: 'text', payload: 'text' },
      entries.slice(from, from + ROWS),
    );
    await write(
      `insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs, xid)
       select i.thread_id, i.seq, i.entry_id, i.at, i.kind, i.payload, '{}', ${dialect.transactionId} from ${rows.sql}`,
      rows.parameters,
    );
  }
  [heads, entries] = [[], []];
}

function message(number: number): string {
  let content = `Message ${number}:`;
  for (let word = number; content.length < 190; word = (word * 7 + 3) % 1_000_003) content += ` ${WORDS[word % 12]}`;
  return JSON.stringify({ role: number % 2 === 0 ? 'user' : 'assistant', content });
}

for (let thread = 0; thread < Number(threads); thread += 1) {
  const threadId = `thread-${String(thread).padStart(7, '0')}`;
  let hash = genesisHash(threadId);
  for (let seq = 0; seq < Number(each); seq += 1) {
    const entry = {
      id: `entry_${v7()}`,
      at: 1_760_000_000_000 + seq,
      kind: 'message',
      payload: message(thread + seq),
      refs: '{}',
    };
    hash = chainHash(hash, entryDigest(entry));
    entries.push({
      thread_id: threadId,
      seq,
      entry_id: entry.id,
      at: entry.at,
      kind: entry.kind,
      payload: entry.payload,
    });
  }
  heads.push({ thread_id: threadId, generation: v7(), rev: Number(each), head_hash: hash, at: 1_760_000_000_000 });
  if (entries.length >= 50 * ROWS) await flush();
  if (thread % 1_000 === 999) console.log(`${thread + 1} of ${threads} threads`);
}
await flush();
await orm.close();
