import { ThreadJournal } from '../../src/index.ts';
import { type BarePostgres, openBarePostgres } from '../bare-postgres.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { compare, type Figure, type Rounds, type Target } from '../harness.ts';
import { message, messageEntry, nextId } from '../message.ts';
import { rate, writers } from '../timing.ts';

const POOL = 16;

interface Load {
  readonly row: string;
  readonly workload: string;
  readonly writers: number;
  /** Appends of one writer in one round. */
  readonly each: number;
  readonly rounds: Rounds;
  /** Entries carry ids of the caller's, so that each append looks for duplicates. */
  readonly callerIds?: boolean;
  readonly target: Target;
}

/** P1, P2, P2c: appends against the least statement that could do the same, on the same tables. */
export const appendPostgres: Row = {
  ids: ['P1', 'P2', 'P2c'],
  run: async (context, wanted) => {
    const loads = loadsOf(context).filter(load => wanted(load.row));
    return onDatabase(context, 'PostgreSQL', async database => {
      const orm = await database.openOrm({ pool: { min: 0, max: POOL } });
      const journal = new ThreadJournal(orm);
      const single = openBarePostgres(database.url, 1);
      const pool = openBarePostgres(database.url, POOL);
      const figures: Figure[] = [];
      for (const load of loads) {
        context.say(`${load.row} PostgreSQL: ${load.workload}`);
        figures.push(await measure(load, journal, load.writers === 1 ? single : pool));
      }
      await journal.close();
      await Promise.all([single.close(), pool.close()]);
      return { figures };
    });
  },
};

function loadsOf({ count, rounds }: Context): readonly Load[] {
  const many = { writers: 64, each: count(10, 1), rounds: rounds(11, 5) };
  return [
    {
      row: 'P1',
      workload: '1 writer, 1 entry an append',
      writers: 1,
      each: count(10, 5),
      rounds: rounds(15, 25),
      target: { at: 'least', ratio: 0.85 },
    },
    { ...many, row: 'P2', workload: '64 writers on 64 threads', target: { at: 'least', ratio: 2.5 } },
    {
      ...many,
      row: 'P2c',
      workload: '64 writers, ids from the caller',
      callerIds: true,
      target: { at: 'least', ratio: 1.8 },
    },
    {
      ...many,
      row: 'P2c',
      workload: '256 writers on 256 threads',
      writers: 256,
      each: count(5, 1),
      target: { at: 'least', ratio: 3 },
    },
  ];
}

function measure(load: Load, journal: ThreadJournal, bare: BarePostgres): Promise<Figure> {
  const { row, workload, target, each, rounds } = load;
  const total = load.writers * each;
  const thread = (side: string, writer: number): string => `${row}-${workload}-${side}-${writer}`;
  const entryOf = (number: number) => ({ ...messageEntry(number), ...(load.callerIds ? { id: nextId() } : {}) });
  const baseline = load.writers === 1 ? 'one prepared statement, node-postgres' : `the same through a pool of ${POOL}`;
  return compare(
    { row, database: 'PostgreSQL', workload, unit: 'appends/s', target },
    rounds,
    {
      name: 'append',
      once: () =>
        rate(total, () =>
          writers(load.writers, each, (writer, index) => journal.append(thread('ours', writer), [entryOf(index)])),
        ),
    },
    {
      name: baseline,
      once: () =>
        rate(total, () =>
          writers(load.writers, each, (writer, index) => bare.append(thread('bare', writer), message(index))),
        ),
    },
  );
}
