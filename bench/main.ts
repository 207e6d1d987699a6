/**
 * `npm run bench [-- P1 P3 …] [-- --peers] [-- --quick] [-- --json file]`: measures the rows named, or all, and prints
 * the table. `--quick` shows with small counts that everything runs, and judges nothing.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Context, Row } from './context.ts';
import { startDatabases } from './databases.ts';
import { machineLine, machineOf } from './machine.ts';
import type { Result } from './result.ts';
import { appendPostgres } from './rows/append-postgres.ts';
import { appendSqlite } from './rows/append-sqlite.ts';
import { conversation } from './rows/conversation.ts';
import { hibernate } from './rows/hibernate.ts';
import { hostTransaction } from './rows/host-transaction.ts';
import { live } from './rows/live.ts';
import { load } from './rows/load.ts';
import { longThreads } from './rows/long-threads.ts';
import { rebuild } from './rows/rebuild.ts';
import { size } from './rows/size.ts';
import { contestTable, figureTable, forTerminal } from './table.ts';

const ROWS: readonly Row[] = [
  appendPostgres,
  appendSqlite,
  longThreads,
  load,
  size,
  rebuild,
  live,
  hostTransaction,
  hibernate,
  conversation,
];
const IDS = ROWS.flatMap(({ ids }) => ids);

const { values: flags, positionals: named } = parseArgs({
  allowPositionals: true,
  options: { peers: { type: 'boolean' }, quick: { type: 'boolean' }, json: { type: 'string' } },
});
const { peers = false, quick = false, json } = flags;
const unknown = named.filter(id => !IDS.includes(id));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}; there are ${IDS.join(', ')}`);
  process.exit(2);
}

const databases = await startDatabases();
const context: Context = {
  peers,
  databases,
  count: (full, small) => (quick ? small : full),
  rounds: (full, slices) =>
    quick
      ? { warmUp: 1, rounds: 1, slices: Math.min(slices, 2) }
      : { warmUp: Math.ceil(full / 5), rounds: full, slices },
  say: text => console.error(`… ${text}`),
};
try {
  const machine = machineOf(databases.versions);
  console.log(machineLine(machine));
  const command = ['npm run bench', ...(named.length + Number(peers) > 0 ? ['--'] : []), ...named];
  if (peers) command.push('--peers');
  let result: Result = { command: command.join(' '), machine, quick, figures: [], contests: [] };
  const wanted = (id: string): boolean => named.length === 0 || named.includes(id);
  for (const row of ROWS.filter(({ ids }) => ids.some(wanted))) {
    const { figures = [], contests = [] } = await row.run(context, wanted);
    result = { ...result, figures: [...result.figures, ...figures], contests: [...result.contests, ...contests] };
    // After each row: a long run that is ended leaves what it has.
    if (json !== undefined) await writeFile(json, `${JSON.stringify(result, undefined, 2)}\n`);
  }
  if (result.figures.length > 0) console.log(`\n${forTerminal(figureTable(result))}`);
  for (const contest of result.contests) console.log(`\n${forTerminal(contestTable(contest, quick))}`);
} finally {
  await databases.stop();
}
