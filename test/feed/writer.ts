/**
 * A writer process: `node writer.ts <url> <json>`. Opens the database, waits for the go of its parent, and appends the
 * way hosts do: alone, or inside transactions that wait, write elsewhere first, or roll back.
 */
import { setTimeout } from 'node:timers/promises';
import { sqliteSetup, ThreadJournal } from '../../src/index.ts';
import { openOrm } from '../support/backends.ts';
import { type Acknowledged, now } from './deliveries.ts';

export interface Load {
  readonly seed: number;
  readonly process: number;
  readonly writers: number;
  readonly appends: number;
  readonly threads: number;
  /** Milliseconds a transaction waits at most before it appends, and before it ends. */
  readonly delay: number;
}

export interface Written {
  readonly acknowledged: readonly Acknowledged[];
  readonly rolledBack: number;
  readonly failures: readonly string[];
}

const [url = '', json = '{}'] = process.argv.slice(2);
const load: Load = JSON.parse(json);
const orm = await openOrm(url, {
  pool: { min: 0, max: load.writers + 2 },
  // With so many writers without a pause a transaction of the host's may wait long for SQLite's one lock.
  ...(url.startsWith('sqlite:') ? { onCreateConnection: sqliteSetup({ busyMs: 60_000 }) } : {}),
});
const journal = new ThreadJournal(orm);
const acknowledged: Acknowledged[] = [];
const failures: string[] = [];
let rolledBack = 0;

class RolledBack extends Error {}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function write(writer: number): Promise<void> {
  const random = randomOf(load.seed + 1_000 * load.process + writer);
  const wait = (): Promise<unknown> => setTimeout(random() * load.delay);
  for (let index = 0; index < load.appends; index += 1) {
    const threadId = `thread-${Math.floor(random() * load.threads)}`;
    const entries = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({}));
    const [alone, elsewhere, fails] = [random() < 0.3, random() < 1 / 3, random() < 0.1];
    let began = now();
    try {
      const result = alone
        ? await journal.append(threadId, entries)
        : await orm.em.fork().transactional(async em => {
            if (elsewhere) await em.execute('insert into elsewhere (n) values (1)');
            await wait();
            began = now();
            const appended = await journal.append(threadId, entries);
            await wait();
            if (fails) throw new RolledBack();
            return appended;
          });
      const acked = now();
      for (const { id, seq } of result.entries) acknowledged.push({ id, threadId, seq, began, acked });
    } catch (error) {
      if (error instanceof RolledBack) rolledBack += 1;
      else failures.push(String(error));
    }
  }
}

process.send?.('ready');
process.once('message', async () => {
  await Promise.all(Array.from({ length: load.writers }, (_, writer) => write(writer)));
  await journal.close();
  await orm.close();
  process.send?.({ acknowledged, rolledBack, failures } satisfies Written, () => process.exit(0));
});
