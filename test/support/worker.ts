/**
 * A writer process: `node worker.ts <url> <json>`. Opens the database, waits for the go of its parent, appends, and
 * says what came of it as one line of JSON.
 */
import { ThreadJournal } from '../../src/index.ts';
import { openOrm } from './backends.ts';

export interface Work {
  readonly threads: readonly string[];
  readonly writers: number;
  readonly appends: number;
  /** Guard each append with the rev read before it, and try again after a conflict. */
  readonly guarded: boolean;
}

export interface Report {
  readonly appended: number;
  readonly conflicts: number;
  readonly failures: readonly string[];
}

const [url = '', json = '{}'] = process.argv.slice(2);
const work: Work = JSON.parse(json);
const orm = await openOrm(url);
const journal = new ThreadJournal(orm);
let appended = 0;
let conflicts = 0;
const failures: string[] = [];

async function write(writer: number): Promise<void> {
  for (let index = 0; index < work.appends; index += 1) {
    const threadId = work.threads[(writer + index) % work.threads.length] ?? '';
    try {
      await (work.guarded ? appendGuarded(threadId) : journal.append(threadId, [{ payload: { writer, index } }]));
      appended += 1;
    } catch (error) {
      failures.push(String(error));
    }
  }
}

async function appendGuarded(threadId: string): Promise<void> {
  for (;;) {
    const expectedRev = (await journal.head(threadId))?.rev ?? 0;
    try {
      await journal.append(threadId, [{ payload: { expectedRev } }], { expectedRev });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'rev_conflict') throw error;
      conflicts += 1;
    }
  }
}

process.send?.('ready');
process.once('message', async () => {
  await Promise.all(Array.from({ length: work.writers }, (_, writer) => write(writer)));
  await journal.close();
  await orm.close();
  process.send?.({ appended, conflicts, failures } satisfies Report, () => process.exit(0));
});
