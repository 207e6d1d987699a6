import pg from 'pg';
import { nextId } from './message.ts';

/**
 * The least that an append can be on the journal's own tables: one statement, named so that it is parsed and planned
 * once, which claims the seq on the head and inserts the entry. No guard, no look-up of duplicates, no hash chain, no
 * check of what is stored.
 */
const CLAIM = {
  name: 'bare_claim',
  text: `with head as (
  insert into journal_threads as t (thread_id, generation, rev, version, head_hash, metadata, created_at, updated_at)
  values ($1, 'bare', 1, 1, '', '{}', $3, $3)
  on conflict (thread_id) do update set rev = t.rev + 1, version = t.version + 1, updated_at = $3
  returning t.rev
)
insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs)
select $1, head.rev - 1, $2, $3, 'message', $4, '{}' from head returning seq`,
};

const ROWS = {
  name: 'bare_rows',
  text: `select seq, entry_id, at, kind, payload, refs from journal_entries where thread_id = $1 order by seq`,
};

export interface BarePostgres {
  append(threadId: string, payload: object): Promise<number>;
  /** These in one transaction, on one connection. */
  appendAll(threadId: string, payloads: readonly object[]): Promise<void>;
  /** All rows of a thread, with payload and refs parsed. */
  rows(threadId: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** node-postgres through a pool of so many connections. */
export function openBarePostgres(url: string, connections: number): BarePostgres {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  pool.on('error', () => {});
  return {
    append: (threadId, payload) => claim(pool, threadId, payload),
    appendAll: async (threadId, payloads) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        for (const payload of payloads) await claim(client, threadId, payload);
        await client.query('commit');
      } finally {
        client.release();
      }
    },
    rows: async threadId => {
      const { rows } = await pool.query<StoredRow>({ ...ROWS, values: [threadId] });
      return rows.map(row => ({ ...row, payload: JSON.parse(row.payload), refs: JSON.parse(row.refs) }));
    },
    close: () => pool.end(),
  };
}

interface StoredRow {
  readonly payload: string;
  readonly refs: string;
}

async function claim(client: Pick<pg.ClientBase, 'query'>, threadId: string, payload: object): Promise<number> {
  const values = [threadId, nextId(), Date.now(), JSON.stringify(payload)];
  const { rows } = await (client as pg.Client).query<{ seq: number }>({ ...CLAIM, values });
  return rows[0]?.seq ?? -1;
}
