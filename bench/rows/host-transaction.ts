import { ThreadJournal } from '../../src/index.ts';
import { openBarePostgres } from '../bare-postgres.ts';
import { openBareSqlite } from '../bare-sqlite.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { BOTH, type Database, fileOf } from '../databases.ts';
import { compare, type Figure } from '../harness.ts';
import { message, messageEntry } from '../message.ts';
import { rate } from '../timing.ts';

const APPENDS = 10;

/** P12: appends that are part of the host's own transaction. */
export const hostTransaction: Row = {
  ids: ['P12'],
  run: async context => {
    const figures: Figure[] = [];
    for (const name of BOTH) {
      context.say(`P12 ${name}: ${APPENDS} appends in a host transaction`);
      figures.push(await onDatabase(context, name, database => measure(context, database)));
    }
    return { figures };
  },
};

async function measure({ count, rounds }: Context, database: Database): Promise<Figure> {
  const orm = await database.openOrm();
  const journal = new ThreadJournal(orm);
  const bare =
    database.name === 'PostgreSQL' ? openBarePostgres(database.url, 1) : openBareSqlite(fileOf(database), 'full');
  const transactions = count(2, 1);
  const payloads = Array.from({ length: APPENDS }, (_, index) => message(index));
  const ours = async (): Promise<void> => {
    for (let done = 0; done < transactions; done += 1) {
      await orm.em.fork().transactional(async () => {
        for (let index = 0; index < APPENDS; index += 1) await journal.append('ours', [messageEntry(index)]);
      });
    }
  };
  const theirs = async (): Promise<void> => {
    for (let done = 0; done < transactions; done += 1) await bare.appendAll('bare', payloads);
  };
  const figure = await compare(
    {
      row: 'P12',
      database: database.name,
      workload: `${APPENDS} appends inside a host transaction`,
      unit: 'appends/s',
      target: { at: 'least', ratio: 0.7 },
    },
    rounds(15, 15),
    { name: 'append in em.transactional', once: () => rate(transactions * APPENDS, ours) },
    { name: 'the same statements bare, in one transaction', once: () => rate(transactions * APPENDS, theirs) },
  );
  await bare.close();
  await journal.close();
  return figure;
}
