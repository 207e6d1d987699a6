import type { ThreadJournal } from '../../src/index.ts';
import { openSqlite } from '../bare-sqlite.ts';
import { type Database, fileOf } from '../databases.ts';
import { message, messageEntries } from '../message.ts';
import { query } from '../query.ts';

/** Appends messages by the thousand, through the journal. */
export async function fill(journal: ThreadJournal, threadId: string, entries: number): Promise<void> {
  const step = Math.min(entries, 1_000);
  for (let from = 0; from < entries; from += step) {
    await journal.append(threadId, messageEntries(Math.min(step, entries - from), from));
  }
}

/**
 * A thread written by the database itself, which is quicker for a million entries. Its head has no true hash, so it is
 * for reading only.
 */
export async function generate(database: Database, threadId: string, entries: number): Promise<void> {
  const payload = JSON.stringify(message(0)).replaceAll("'", "''");
  const head = `insert into journal_threads
    (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
    values ('${threadId}', 'generated', ${entries}, 1, '', '{}', 0, 0)`;
  const row = `'${threadId}', n, 'entry_' || n, n, 'message', '${payload}', '{}'`;
  if (database.name === 'PostgreSQL') {
    await query(database.url, head);
    await query(
      database.url,
      `insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs)
       select ${row} from generate_series(0, ${entries - 1}) n`,
    );
    return;
  }
  const file = openSqlite(fileOf(database), 'full');
  file.exec(head);
  file.exec(
    `with recursive n(n) as (select 0 union all select n + 1 from n where n < ${entries - 1})
     insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs, xid) select ${row}, 0 from n`,
  );
  file.close();
}

/** So that neither autovacuum nor a checkpoint of what was filled runs under the measurement. */
export async function settle(database: Database): Promise<void> {
  if (database.name === 'PostgreSQL') {
    await query(database.url, 'vacuum analyze');
    await query(database.url, 'checkpoint');
    return;
  }
  const file = openSqlite(fileOf(database), 'full');
  file.pragma('wal_checkpoint(truncate)');
  file.close();
}
