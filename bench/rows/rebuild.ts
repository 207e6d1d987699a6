import { fileURLToPath } from 'node:url';
import { ThreadJournal } from '../../src/index.ts';
import { openSqlite } from '../bare-sqlite.ts';
import { inProcess } from '../child.ts';
import { type Context, onDatabase, type Row } from '../context.ts';
import { BOTH, type Database, fileOf } from '../databases.ts';
import { type Figure, figureOf } from '../harness.ts';
import { messageEntries } from '../message.ts';
import { query } from '../query.ts';
import { writers } from '../timing.ts';
import { settle } from './fill.ts';

const REBUILD = fileURLToPath(new URL('../rebuild-all.ts', import.meta.url));
const READ = fileURLToPath(new URL('../read-rows.ts', import.meta.url));
const ALLOWED_MIB = 256;

/** P9: making all snapshots again, against reading the rows; each in a process of its own. */
export const rebuild: Row = {
  ids: ['P9'],
  run: async context => {
    const figures: Figure[] = [];
    for (const name of BOTH) figures.push(...(await onDatabase(context, name, database => measure(context, database))));
    return { figures };
  },
};

async function measure({ count, say }: Context, database: Database): Promise<readonly Figure[]> {
  const [threads, each] = [count(20_000, 40), 100];
  const entries = threads * each;
  say(
    `P9 ${database.name}: filling ${entries.toLocaleString('en')} entries in ${threads.toLocaleString('en')} threads`,
  );
  const journal = new ThreadJournal(await database.openOrm());
  await writers(16, Math.ceil(threads / 16), async (writer, index) => {
    const thread = index * 16 + writer;
    if (thread < threads) await journal.append(`thread-${thread}`, messageEntries(each, thread));
  });
  await journal.close();
  const speeds: { ours: number[]; read: number[]; mib: number[] } = { ours: [], read: [], mib: [] };
  for (let round = 0; round < count(3, 1); round += 1) {
    await dropSnapshots(database);
    await settle(database);
    say(`P9 ${database.name}: rebuild, round ${round + 1}`);
    const ours = await finished([REBUILD, database.url, String(entries)]);
    const read = await finished([READ, database.url, String(entries)]);
    speeds.ours.push(entries / ours.seconds);
    speeds.read.push(entries / read.seconds);
    speeds.mib.push(ours.maxMib);
  }
  const workload = `rebuild ${entries.toLocaleString('en')} entries in ${threads.toLocaleString('en')} threads`;
  const about = { row: 'P9', database: database.name } as const;
  return [
    figureOf(
      { ...about, workload, unit: 'entries/s', target: { at: 'least', ratio: 0.5 } },
      ['rebuildSnapshots', speeds.ours],
      ['reading the rows with the bare driver', speeds.read],
    ),
    figureOf(
      { ...about, workload: `${workload}: largest resident set`, unit: 'MiB', target: { at: 'most', ratio: 1 } },
      ['rebuildSnapshots', speeds.mib],
      ['allowed', speeds.mib.map(() => ALLOWED_MIB)],
    ),
  ];
}

async function finished(command: readonly string[]): Promise<{ readonly seconds: number; readonly maxMib: number }> {
  const { exitCode, errors, ...result } = await inProcess(command);
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${errors}`);
  return result;
}

async function dropSnapshots(database: Database): Promise<void> {
  if (database.name === 'PostgreSQL') {
    await query(database.url, 'truncate journal_snapshots');
    return;
  }
  const file = openSqlite(fileOf(database), 'full');
  file.exec('delete from journal_snapshots');
  file.close();
}
