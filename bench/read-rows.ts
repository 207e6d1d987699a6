/** The baseline of P9: `node read-rows.ts <url> <entries>` reads all rows in thread order with the bare driver. */
import pg from 'pg';
import { openSqlite } from './bare-sqlite.ts';

const PAGE = 5_000;
const COLUMNS = 'thread_id, seq, entry_id, at, kind, payload, refs';
const [url = '', entries = ''] = process.argv.slice(2);
const read = url.startsWith('sqlite:') ? readSqlite(url.slice('sqlite:'.length)) : await readPostgres(url);
if (read !== Number(entries)) throw new Error(`read ${read} rows, not ${entries}`);

async function readPostgres(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const page = {
    name: 'page',
    text: `select ${COLUMNS} from journal_entries where (thread_id, seq) > ($1, $2) order by thread_id, seq limit ${PAGE}`,
  };
  let count = 0;
  let last: readonly [string, number] = ['', -1];
  for (;;) {
    const { rows } = await client.query<{ thread_id: string; seq: number }>({ ...page, values: [...last] });
    count += rows.length;
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) break;
    last = [end.thread_id, end.seq];
  }
  await client.end();
  return count;
}

function readSqlite(file: string): number {
  const database = openSqlite(file, 'full');
  const rows = database.prepare(`select ${COLUMNS} from journal_entries order by thread_id, seq`);
  let count = 0;
  for (const _ of rows.iterate()) count += 1;
  database.close();
  return count;
}
