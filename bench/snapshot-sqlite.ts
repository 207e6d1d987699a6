import { openSqlite } from './bare-sqlite.ts';
import type { Contestant } from './contest.ts';
import { fileOf } from './databases.ts';

const TABLES = `create table if not exists conversations (thread_id text primary key, rev integer not null, state text not null);
create table if not exists messages (thread_id text not null, seq integer not null, payload text not null, primary key (thread_id, seq))`;

/** The same as on PostgreSQL, in one immediate transaction of two statements prepared once. */
export const snapshotOnSqlite: Contestant = {
  name: 'whole snapshot at each append',
  database: 'SQLite',
  open: async place => {
    const database = openSqlite(fileOf(place), 'full');
    database.exec(TABLES);
    const replace = database.prepare(
      `insert into conversations (thread_id, rev, state) values (?, 1, ?)
on conflict (thread_id) do update set rev = rev + 1, state = excluded.state where rev = ? returning rev`,
    );
    const insert = database.prepare('insert into messages (thread_id, seq, payload) values (?, ?, ?)');
    const select = database.prepare('select state from conversations where thread_id = ?');
    const write = database.transaction((threadId: string, rev: number, state: string, payload: string) => {
      if (replace.get(threadId, state, rev) === undefined) throw new Error('the snapshot was not replaced');
      insert.run(threadId, rev, payload);
    });
    const held = new Map<string, object[]>();
    return {
      append: async (threadId, message) => {
        const messages = held.get(threadId) ?? [];
        held.set(threadId, messages);
        const rev = messages.length;
        messages.push(message);
        write.immediate(threadId, rev, JSON.stringify({ threadId, rev: rev + 1, messages }), JSON.stringify(message));
      },
      load: async threadId => {
        const row = select.get(threadId) as { readonly state: string } | undefined;
        return JSON.parse(row?.state ?? '{"messages":[]}').messages.length;
      },
      close: async () => database.close(),
    };
  },
};
