import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AppendOptions,
  type AppendResult,
  type JournalOptions,
  type NewEntry,
  ThreadJournal,
} from '../../src/index.ts';
import { type BackendName, backends, createDatabase, type Orm } from '../support/backends.ts';
import { sql } from '../support/sql.ts';
import { history } from './commands.ts';
import { World } from './world.ts';

/** Long runs: MODEL_RUNS=10000. A failure prints its seed and path; give them back in MODEL_SEED and MODEL_PATH. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 100);
const seed = process.env['MODEL_SEED'];
const path = process.env['MODEL_PATH'];

async function checkHistories(
  backend: BackendName,
  Real: typeof ThreadJournal,
  options: JournalOptions = {},
): Promise<void> {
  const database = await createDatabase(backend);
  const orm = await database.openOrm();
  const property = fc.asyncProperty(history, async commands => {
    await empty(backend, orm);
    await new World(orm, Real, options).run(commands);
  });
  try {
    await fc.assert(property, {
      numRuns: RUNS,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      ...(path === undefined ? {} : { path }),
    });
  } finally {
    await database.drop();
  }
}

/** Empties the tables between two histories: faster than a database for each. */
async function empty(backend: BackendName, orm: Orm): Promise<void> {
  if (backend === 'postgresql') {
    await sql(
      orm,
      `set session_replication_role = replica; truncate journal_entries, journal_threads, journal_erasures, journal_snapshots;
       set session_replication_role = default`,
    );
    return;
  }
  const { migrator } = orm as unknown as { migrator: { down(): Promise<unknown>; up(): Promise<unknown> } };
  await migrator.down();
  await migrator.up();
}

test.each(backends.flatMap(backend => [true, false].map(batching => ({ backend, batching }))))(
  '$backend, batching $batching: any history of calls, transactions and savepoints goes as in the model',
  async ({ backend, batching }) => {
    await checkHistories(backend, ThreadJournal, { batching });
  },
  3_600_000,
);

class CarelessJournal extends ThreadJournal {
  override append(threadId: string, entries: readonly NewEntry[], options?: AppendOptions): Promise<AppendResult> {
    const expectedRev = options?.expectedRev === 5 ? undefined : options?.expectedRev;
    return super.append(threadId, entries, { ...options, expectedRev });
  }
}

test.each(backends)('%s: a journal that lets one guard in seven by is found out', async backend => {
  await expect(checkHistories(backend, CarelessJournal)).rejects.toThrow(/seed|Property failed/);
});
