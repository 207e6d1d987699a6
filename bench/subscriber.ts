/** The other process of P10: `subscriber.ts <url> <threadId>` says of each entry, as it comes, its seq and the time. */
import { ThreadJournal } from '../src/index.ts';
import { now } from './latency.ts';
import { openOrm } from './orm.ts';

const [url = '', threadId = ''] = process.argv.slice(2);
const orm = await openOrm(url);
const journal = new ThreadJournal(orm);
const subscription = journal.stream(threadId).subscribe(({ seq }) => process.send?.([seq, now()]));
process.once('disconnect', async () => {
  subscription.unsubscribe();
  await journal.close();
  await orm.close();
});
