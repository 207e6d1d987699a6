import pg from 'pg';
import type { Contestant } from './contest.ts';
import { query } from './query.ts';

const TABLES = `create table if not exists conversations (thread_id text primary key, rev int not null, state text not null);
create table if not exists messages (thread_id text not null, seq int not null, payload text not null, primary key (thread_id, seq))`;

/** The snapshot is replaced, guarded by its rev, and the message's own row written, in one prepared statement. */
const APPEND = {
  name: 'snapshot_append',
  text: `with snapshot as (
  insert into conversations as c (thread_id, rev, state) values ($1, 1, $2)
  on conflict (thread_id) do update set rev = c.rev + 1, state = excluded.state where c.rev = $3
  returning c.rev
)
insert into messages (thread_id, seq, payload) select $1, rev - 1, $4 from snapshot returning seq`,
};

const LOAD = { name: 'snapshot_load', text: 'select state from conversations where thread_id = $1' };

/** The whole conversation as one text, written again at each append; only that text is read. */
export const snapshotOnPostgres: Contestant = {
  name: 'whole snapshot at each append',
  database: 'PostgreSQL',
  open: async ({ url }) => {
    await query(url, TABLES);
    const pool = new pg.Pool({ connectionString: url, max: 10 });
    pool.on('error', () => {});
    const held = new Map<string, object[]>();
    return {
      append: async (threadId, message) => {
        const messages = held.get(threadId) ?? [];
        held.set(threadId, messages);
        const rev = messages.length;
        messages.push(message);
        const values = [threadId, JSON.stringify({ threadId, rev: rev + 1, messages }), rev, JSON.stringify(message)];
        const { rowCount } = await pool.query({ ...APPEND, values });
        if (rowCount !== 1) throw new Error('the snapshot was not replaced');
      },
      load: async threadId => {
        const { rows } = await pool.query<{ state: string }>({ ...LOAD, values: [threadId] });
        return JSON.parse(rows[0]?.state ?? '{"messages":[]}').messages.length;
      },
      close: () => pool.end(),
    };
  },
};
