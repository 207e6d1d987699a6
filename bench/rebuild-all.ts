/** The work of P9: `node rebuild-all.ts <url> <entries>` makes all snapshots again. */
import { type RebuildProgress, ThreadJournal } from '../src/index.ts';
import { openOrm } from './orm.ts';

const [url = '', entries = ''] = process.argv.slice(2);
const orm = await openOrm(url);
const journal = new ThreadJournal(orm);
let last: RebuildProgress | undefined;
for await (const progress of journal.rebuildSnapshots()) last = progress;
await journal.close();
await orm.close();
if (last?.entries !== Number(entries)) throw new Error(`rebuilt ${last?.entries} entries, not ${entries}`);
