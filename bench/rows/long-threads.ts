import { ThreadJournal } from '../../src/index.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { BOTH, type Database } from '../databases.ts';
import { compare, type Figure } from '../harness.ts';
import { messageEntry } from '../message.ts';
import { microseconds } from '../timing.ts';
import { fill, generate, settle } from './fill.ts';

/** P5, P7: what the length of a thread does to an append and to reading its tail. */
export const longThreads: Row = {
  ids: ['P5', 'P7'],
  run: async (context, wanted) => {
    const figures: Figure[] = [];
    for (const name of BOTH) {
      if (wanted('P5')) figures.push(await onDatabase(context, name, database => append(context, database)));
      if (wanted('P7')) figures.push(await onDatabase(context, name, database => tail(context, database)));
    }
    return { figures };
  },
};

async function append(context: Context, database: Database): Promise<Figure> {
  const { count, say } = context;
  const entries = count(100_000, 1_000);
  const rounds = context.rounds(15, 50);
  say(`P5 ${database.name}: append to a thread of ${entries.toLocaleString('en')}`);
  const journal = new ThreadJournal(await database.openOrm());
  await fill(journal, 'long', entries);
  for (let round = -rounds.warmUp; round < rounds.rounds; round += 1) await fill(journal, `short${round}`, 100);
  await settle(database);
  const figure = await compare(
    {
      row: 'P5',
      database: database.name,
      workload: `append to a thread of ${entries.toLocaleString('en')} entries, p50`,
      unit: 'µs',
      target: { at: 'most', ratio: 1.15 },
    },
    rounds,
    {
      name: `${entries.toLocaleString('en')} entries`,
      once: () => microseconds(() => journal.append('long', [messageEntry(0)])),
    },
    {
      name: '100 entries',
      once: round => microseconds(() => journal.append(`short${round}`, [messageEntry(0)])),
    },
  );
  await journal.close();
  return figure;
}

async function tail(context: Context, database: Database): Promise<Figure> {
  const { count, say } = context;
  const entries = count(1_000_000, 5_000);
  say(`P7 ${database.name}: the last 50 of ${entries.toLocaleString('en')}`);
  await generate(database, 'long', entries);
  await generate(database, 'short', 100);
  await settle(database);
  const journal = new ThreadJournal(await database.openOrm());
  const last = async (threadId: string): Promise<void> => {
    let read = 0;
    for await (const _ of journal.read(threadId, { direction: 'backward', limit: 50 })) read += 1;
    if (read !== 50) throw new Error(`read ${read} entries of ${threadId}, not 50`);
  };
  const figure = await compare(
    {
      row: 'P7',
      database: database.name,
      workload: `the last 50 of ${entries.toLocaleString('en')} entries, p50`,
      unit: 'µs',
      target: { at: 'most', ratio: 1.3 },
    },
    context.rounds(15, 40),
    {
      name: `${entries.toLocaleString('en')} entries`,
      once: () => microseconds(() => last('long')),
    },
    { name: '100 entries', once: () => microseconds(() => last('short')) },
  );
  await journal.close();
  return figure;
}
