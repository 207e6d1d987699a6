import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ThreadJournal } from '../../src/index.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { BOTH, type Database } from '../databases.ts';
import { compare, type Figure, figureOf } from '../harness.ts';
import { latencies, now, quantile, Seen } from '../latency.ts';
import { messageEntry } from '../message.ts';
import { rate } from '../timing.ts';

const SUBSCRIBER = fileURLToPath(new URL('../subscriber.ts', import.meta.url));

/** Milliseconds from acknowledgement to subscriber. */
const ALLOWED = {
  PostgreSQL: { p50: 15, p99: 75 },
  SQLite: { p50: 30, p99: 150 },
} as const;

/** P10: how soon a subscriber has an entry. P11: what one costs those who append. */
export const live: Row = {
  ids: ['P10', 'P11'],
  run: async (context, wanted) => {
    const figures: Figure[] = [];
    for (const name of BOTH) {
      if (wanted('P10')) figures.push(...(await onDatabase(context, name, database => delivery(context, database))));
      if (wanted('P11')) {
        figures.push(
          await onDatabase(context, name, heard => onDatabase(context, name, alone => cost(context, heard, alone))),
        );
      }
    }
    return { figures };
  },
};

async function delivery(context: Context, database: Database): Promise<readonly Figure[]> {
  const { p50, p99 } = ALLOWED[database.name];
  const journal = new ThreadJournal(await database.openOrm());
  const append = async (): Promise<number> => (await journal.append('talk', [messageEntry(0)])).rev - 1;
  await append();

  const elsewhere = new Seen();
  const child = fork(SUBSCRIBER, [database.url, 'talk']);
  child.on('message', ([seq, time]: [number, number]) => elsewhere.add(seq, time));
  await elsewhere.at(0);
  context.say(`P10 ${database.name}: to another process`);
  const other = await sampled(context, append, elsewhere);
  child.disconnect();
  await once(child, 'exit');

  const here = new Seen();
  const subscription = journal.stream('talk').subscribe(({ seq }) => here.add(seq, now()));
  await here.at(0);
  context.say(`P10 ${database.name}: within the process`);
  const same = await sampled(context, append, here);
  subscription.unsubscribe();
  await journal.close();
  const about = { row: 'P10', database: database.name, unit: 'ms', target: { at: 'most', ratio: 1 } } as const;
  const figure = (workload: string, times: readonly number[], allowed: number): Figure =>
    figureOf({ ...about, workload }, ['stream', times], ['allowed', times.map(() => allowed)]);
  return [
    figure('acknowledged → subscriber in another process, p50', other.p50, p50),
    figure('acknowledged → subscriber in another process, p99', other.p99, p99),
    figure('acknowledged → subscriber in the same process, p50', same.p50, 1),
  ];
}

async function sampled(
  { count }: Context,
  append: () => Promise<number>,
  seen: Seen,
): Promise<{ readonly p50: readonly number[]; readonly p99: readonly number[] }> {
  const rounds = [];
  for (let round = 0; round < count(5, 1); round += 1) rounds.push(await latencies(count(200, 5), append, seen));
  return { p50: rounds.map(times => quantile(times, 0.5)), p99: rounds.map(times => quantile(times, 0.99)) };
}

/** Two databases: in one of them somebody listens. */
async function cost({ count, rounds, say }: Context, heard: Database, alone: Database): Promise<Figure> {
  say(`P11 ${heard.name}: appends while one listens`);
  const journals = [new ThreadJournal(await heard.openOrm()), new ThreadJournal(await alone.openOrm())] as const;
  const seen = new Seen();
  await journals[0].append('talk', [messageEntry(0)]);
  const subscription = journals[0].stream('talk').subscribe(({ seq }) => seen.add(seq, 0));
  await seen.at(0);
  const each = count(50, 5);
  const appends = (journal: ThreadJournal) => (): Promise<number> =>
    rate(each, async () => {
      for (let index = 0; index < each; index += 1) await journal.append('talk', [messageEntry(index)]);
    });
  const figure = await compare(
    {
      row: 'P11',
      database: heard.name,
      workload: '1 writer, one live subscriber in its process',
      unit: 'appends/s',
      target: { at: 'least', ratio: 0.9 },
    },
    rounds(11, 11),
    { name: 'append, with a subscriber', once: appends(journals[0]) },
    { name: 'append, without', once: appends(journals[1]) },
  );
  subscription.unsubscribe();
  for (const journal of journals) await journal.close();
  return figure;
}
