import { type Entry, type Thread, ThreadJournal } from '../../src/index.ts';
import { openBarePostgres } from '../bare-postgres.ts';
import { openBareSqlite } from '../bare-sqlite.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { BOTH, type Database, fileOf } from '../databases.ts';
import { compare, type Figure, type Question, type Side } from '../harness.ts';
import { rate, timed } from '../timing.ts';
import { fill, settle } from './fill.ts';

const ID = 'long-conversation';

/** P6, P6r: loading a thread of 10,000 entries, against parsing the same bytes and against reading the rows. */
export const load: Row = {
  ids: ['P6', 'P6r'],
  run: async (context, wanted) => {
    const figures: Figure[] = [];
    for (const name of BOTH) {
      figures.push(...(await onDatabase(context, name, database => measure(context, database, wanted))));
    }
    return { figures };
  },
};

async function measure(
  context: Context,
  database: Database,
  wanted: (id: string) => boolean,
): Promise<readonly Figure[]> {
  const { count, say } = context;
  const entries = count(10_000, 500);
  const postgres = database.name === 'PostgreSQL';
  const journal = new ThreadJournal(await database.openOrm());
  await fill(journal, ID, entries);
  const text = exported(await whole(journal, entries));
  await settle(database);
  const rounds = context.rounds(9, 9);
  const about = { database: database.name, workload: `load ${entries.toLocaleString('en')} entries` };
  const figures: Figure[] = [];
  const ask = async (question: Question, ours: Side, baseline: Side): Promise<void> => {
    if (!wanted(question.row)) return;
    say(`${question.row} ${database.name}: ${about.workload}`);
    figures.push(await compare(question, rounds, ours, baseline));
  };
  await ask(
    { ...about, row: 'P6', unit: 'ms', target: { at: 'most', ratio: postgres ? 1.6 : 1.3 } },
    { name: 'load', once: () => timed(() => whole(journal, entries)) },
    { name: 'JSON.parse of the same bytes', once: () => timed(() => JSON.parse(text)) },
  );
  const bare = postgres ? openBarePostgres(database.url, 1) : openBareSqlite(fileOf(database), 'full');
  await ask(
    { ...about, row: 'P6r', unit: 'loads/s', target: postgres ? { at: 'least', ratio: 2 } : undefined },
    { name: 'load', once: () => rate(1, () => whole(journal, entries)) },
    { name: 'select of the rows with the bare driver, parsed', once: () => rate(1, () => bare.rows(ID)) },
  );
  await bare.close();
  await journal.close();
  return figures;
}

async function whole(journal: ThreadJournal, entries: number): Promise<Thread> {
  const thread = await journal.load(ID);
  if (thread?.rev !== entries) throw new Error(`loaded ${thread?.rev} entries, not ${entries}`);
  return thread;
}

/** The entries as `thread-journal export` writes them: no more than is needed to build what `load` gives. */
function exported({ entries }: Thread): string {
  return JSON.stringify(
    entries.map(({ id, at, kind, payload, refs }: Entry) =>
      Object.keys(refs).length === 0 ? { id, at, kind, payload } : { id, at, kind, payload, refs },
    ),
  );
}
