import { ThreadJournal } from '../../src/index.ts';
import { openBareSqlite, type Synchronous } from '../bare-sqlite.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { fileOf } from '../databases.ts';
import { compare, type Figure, type Rounds, type Target } from '../harness.ts';
import { message, messageEntry } from '../message.ts';
import { setNormal } from '../orm.ts';
import { rate, writers } from '../timing.ts';

interface Load {
  readonly row: string;
  readonly workload: string;
  readonly synchronous: Synchronous;
  readonly writers: number;
  readonly each: number;
  readonly rounds: Rounds;
  readonly target: Target;
}

/** P3, P3n, P4: appends against the bare driver, on a file of its own with the same tables. */
export const appendSqlite: Row = {
  ids: ['P3', 'P3n', 'P4'],
  run: async (context, wanted) => {
    const figures: Figure[] = [];
    for (const load of loadsOf(context).filter(({ row }) => wanted(row))) {
      context.say(`${load.row} SQLite: ${load.workload}`);
      const figure = onDatabase(context, 'SQLite', ours =>
        onDatabase(context, 'SQLite', async bare => {
          const orm = await ours.openOrm();
          if (load.synchronous === 'normal') await setNormal(orm);
          const journal = new ThreadJournal(orm);
          const driver = openBareSqlite(fileOf(bare), load.synchronous);
          const measured = await measure(load, journal, driver);
          driver.close();
          await journal.close();
          return measured;
        }),
      );
      figures.push(await figure);
    }
    return { figures };
  },
};

function loadsOf({ count, rounds }: Context): readonly Load[] {
  const one = { writers: 1, rounds: rounds(15, 25) };
  return [
    {
      ...one,
      row: 'P3',
      workload: 'FULL, 1 writer, 1 entry an append',
      synchronous: 'full',
      each: count(10, 5),
      target: { at: 'least', ratio: 0.9 },
    },
    {
      ...one,
      row: 'P3n',
      workload: 'NORMAL, 1 writer: no fsync, pure overhead',
      synchronous: 'normal',
      each: count(50, 5),
      target: { at: 'least', ratio: 0.5 },
    },
    {
      row: 'P4',
      workload: 'FULL, 64 concurrent appends on 64 threads',
      synchronous: 'full',
      writers: 64,
      each: count(4, 1),
      rounds: rounds(11, 5),
      target: { at: 'least', ratio: 5 },
    },
  ];
}

function measure(load: Load, journal: ThreadJournal, bare: ReturnType<typeof openBareSqlite>): Promise<Figure> {
  const { row, workload, target, each, rounds } = load;
  const total = load.writers * each;
  const thread = (writer: number): string => `${row}-${writer}`;
  return compare(
    { row, database: 'SQLite', workload, unit: 'appends/s', target },
    rounds,
    {
      name: 'append',
      once: () =>
        rate(total, () =>
          writers(load.writers, each, (writer, index) => journal.append(thread(writer), [messageEntry(index)])),
        ),
    },
    {
      name: 'better-sqlite3, prepared once, one immediate transaction an append',
      once: () =>
        rate(total, () => {
          for (let index = 0; index < total; index += 1) bare.append(thread(index % load.writers), message(index));
        }),
    },
  );
}
