/** A host's process that runs the tally: `node tally-process.ts <url> <json>`. It runs until it is killed. */
import { Projector, ThreadJournal } from '../../src/index.ts';
import { openOrm } from '../support/backends.ts';
import { entities, naiveProjector, tally } from './tally.ts';

export interface TallyWork {
  readonly name: string;
  readonly leaseMs: number;
  /** Dies between the two transactions of the naive projector, in this round. */
  readonly naiveUntil?: number | undefined;
}

const [url = '', json = '{}'] = process.argv.slice(2);
const { name, leaseMs, naiveUntil }: TallyWork = JSON.parse(json);
const orm = await openOrm(url, { entities });
const journal = new ThreadJournal(orm);
if (naiveUntil !== undefined) {
  await naiveProjector(orm, journal, {
    name,
    between: round => round === naiveUntil && process.kill(process.pid, 'SIGKILL'),
  });
}
await new Projector({ journal, projection: { name, version: 1 }, handle: tally, batch: 10, leaseMs }).run();
