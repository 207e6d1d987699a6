/** The work of P9: `node rebuild-all.ts <url> <entries>` makes all snapshots again. */
import { steadyMemory } from '../src/cli/steady-memory.ts';
import { type RebuildProgress, ThreadJournal } from '../src/index.ts';
import { openOrm } from './orm.ts';

// As the command does.
steadyMemory();
const [url = '', entries = ''] = process.argv.slice(2);
const orm = await openOrm(url);
const journal = new ThreadJournal(orm);
let last: RebuildProgress | undefined;
for await (const progress of journal.rebuildSnapshots()) last = progress;
await journal.close();
await orm.close();
if (last?.entries !== Number(entries)) throw new Error(`rebuilt ${last?.entries} entries, not ${entries}`);
