import pg from 'pg';
import { type Agent, AgentStore, appendToThread, CheckpointStore, newThread, ThreadJournal } from '../../src/index.ts';
import { openSqlite } from '../bare-sqlite.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { BOTH, type Database, fileOf } from '../databases.ts';
import { compare, type Figure, median } from '../harness.ts';
import { messageEntries, messageEntry, nextId } from '../message.ts';
import { microseconds } from '../timing.ts';

const ENTRIES = 1_000;
const NEW = 3;

/** P14: hibernate of an agent with a thread of 1,000 entries, 3 of them new. */
export const hibernate: Row = {
  ids: ['P14'],
  run: async context => {
    const figures: Figure[] = [];
    for (const name of BOTH) {
      context.say(`P14 ${name}: hibernate, ${ENTRIES} entries and ${NEW} new`);
      figures.push(await onDatabase(context, name, database => measure(context, database)));
    }
    return { figures };
  },
};

async function measure({ count, rounds }: Context, database: Database): Promise<Figure> {
  const orm = await database.openOrm();
  const journal = new ThreadJournal(orm);
  const agents = new AgentStore({ journal, checkpoints: new CheckpointStore(orm) });
  const create = (id: string): Agent => ({ id, type: 'bench', state: { step: 0 }, thread: newThread(id) });
  const first = create('ours');
  first.thread = appendToThread(newThread('ours'), messageEntries(ENTRIES));
  await agents.hibernate(first);
  const agent = (await agents.thaw({ type: 'bench', create }, 'ours')) ?? first;
  const bare = database.name === 'PostgreSQL' ? await barePostgres(database.url) : bareSqlite(fileOf(database));
  await bare.fill();
  const times = count(5, 1);
  let step = 0;
  const ours = async (): Promise<number> => {
    const taken: number[] = [];
    for (let time = 0; time < times; time += 1) {
      step += 1;
      agent.state = { step };
      agent.thread = appendToThread(agent.thread ?? newThread('ours'), messageEntries(NEW, step * NEW));
      taken.push(await microseconds(() => agents.hibernate(agent)));
    }
    return median(taken);
  };
  const theirs = async (): Promise<number> => {
    const taken: number[] = [];
    for (let time = 0; time < times; time += 1) taken.push(await microseconds(() => bare.hibernate()));
    return median(taken);
  };
  const figure = await compare(
    {
      row: 'P14',
      database: database.name,
      workload: `hibernate, ${ENTRIES} entries and ${NEW} new`,
      unit: 'µs',
    },
    rounds(15, 10),
    { name: 'hibernate', once: ours },
    { name: 'the same statements bare', once: theirs },
  );
  await bare.close();
  await journal.close();
  return figure;
}

interface Bare {
  /** A thread of so many entries, and a checkpoint. */
  fill(): Promise<unknown> | unknown;
  hibernate(): Promise<unknown> | unknown;
  close(): Promise<unknown> | unknown;
}

const fresh = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: nextId(), payload: JSON.stringify(messageEntry(index).payload) }));
const value = (step: number): string => JSON.stringify({ version: 1, type: 'bench', id: 'bare', state: { step } });

/** Statements named, so that they are planned once; no hash, no digest, no guard. */
async function barePostgres(url: string): Promise<Bare> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = (name: string, text: string, values: readonly unknown[]) =>
    client.query({ name, text, values: [...values] });
  const append = async (count: number): Promise<void> => {
    const entries = fresh(count);
    const text = `with head as (update journal_threads set rev = rev + $2, version = version + 1, updated_at = $3
  where thread_id = 'bare' returning rev - $2 as base)
insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs)
select 'bare', head.base + i.ord - 1, i.id, $3, 'message', i.payload, $1
from head, unnest($4::text[], $5::text[]) with ordinality i(id, payload, ord) order by i.ord`;
    await run('bare_append', text, ['{}', count, Date.now(), entries.map(e => e.id), entries.map(e => e.payload)]);
  };
  let step = 0;
  return {
    fill: async () => {
      await client.query(`insert into journal_threads values ('bare', 'bare', 0, 1, '', '{}', 0, 0)`);
      await client.query(`insert into journal_checkpoints (key_hash, key, value, digest, version, updated_at)
values ('bare', 'bare', '', '', 1, 0)`);
      await append(ENTRIES);
    },
    hibernate: async () => {
      step += 1;
      await client.query('begin');
      await run('bare_head', `select rev from journal_threads where thread_id = $1 for update`, ['bare']);
      await run('bare_row', `select version from journal_checkpoints where key_hash = $1 for update`, ['bare']);
      await append(NEW);
      const put = `update journal_checkpoints set value = $1, version = version + 1, updated_at = $2 where key_hash = $3`;
      await run('bare_put', put, [value(step), Date.now(), 'bare']);
      await client.query('commit');
    },
    close: () => client.end(),
  };
}

/** The same on better-sqlite3, each statement prepared once. */
function bareSqlite(file: string): Bare {
  const database = openSqlite(file, 'full');
  const head = database.prepare(`select rev from journal_threads where thread_id = ?`);
  const row = database.prepare(`select version from journal_checkpoints where key_hash = ?`);
  const claim = database.prepare(
    `update journal_threads set rev = ?, version = version + 1, updated_at = ? where thread_id = ?`,
  );
  const insert = database.prepare(`insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs, xid)
values ('bare', ?, ?, ?, 'message', ?, '{}', 0)`);
  const put = database.prepare(
    `update journal_checkpoints set value = ?, version = version + 1, updated_at = ? where key_hash = ?`,
  );
  const append = (count: number): void => {
    const { rev } = head.get('bare') as { readonly rev: number };
    claim.run(rev + count, Date.now(), 'bare');
    for (const [index, { id, payload }] of fresh(count).entries()) insert.run(rev + index, id, Date.now(), payload);
  };
  let step = 0;
  const whole = database.transaction(() => {
    step += 1;
    row.get('bare');
    append(NEW);
    put.run(value(step), Date.now(), 'bare');
  });
  return {
    fill: () => {
      database.exec(`insert into journal_threads values ('bare', 'bare', 0, 1, '', '{}', 0, 0)`);
      database.exec(`insert into journal_checkpoints (key_hash, key, value, digest, version, updated_at)
values ('bare', 'bare', '', '', 1, 0)`);
      append(ENTRIES);
    },
    hibernate: () => whole.immediate(),
    close: () => database.close(),
  };
}
