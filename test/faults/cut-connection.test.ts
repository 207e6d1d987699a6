import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppendOutcomeUnknownError, type NewEntry, ThreadJournal } from '../../src/index.ts';
import { createDatabase, type Database, type Orm, openOrm, wantedBackends } from '../support/backends.ts';
import { collect } from '../support/each-backend.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';

/** A small generator with a seed, so that a failure can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const CUTS = Number(process.env['CUTS'] ?? 60);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

// SQLite has no connection that could be cut: it answers inside the process.
describe.runIf(wantedBackends().includes('postgresql'))(`postgresql, ${CUTS} cuts, SEED=${SEED}`, () => {
  let database: Database;
  let proxy: TcpProxy;
  let orm: Orm;
  let direct: ThreadJournal;

  beforeAll(async () => {
    database = await createDatabase('postgresql');
    proxy = await startProxy(database.url);
    orm = await openOrm(proxy.url);
    direct = new ThreadJournal(await database.openOrm());
  });
  afterAll(async () => {
    await orm.close(true);
    await proxy.close();
    await database.drop();
  });

  /**
   * Appends one entry at a time while connections are cut; after an unknown outcome the same entries are appended
   * again, with the ids that `retryIds` gives.
   */
  async function appendThroughCuts(
    threadId: string,
    first: () => readonly NewEntry[],
    retry: (entries: readonly NewEntry[], ids: readonly string[]) => readonly NewEntry[],
  ): Promise<{ acknowledged: number; unknown: number; committed: number }> {
    const journal = new ThreadJournal(orm);
    const next = random(SEED);
    const cutsBefore = proxy.cuts;
    let [acknowledged, unknown, committed] = [0, 0, 0];
    await journal.append(threadId, []);
    while (proxy.cuts - cutsBefore < CUTS) {
      proxy.cutAfter(1 + Math.floor(next() * 900), next() < 0.5 ? 'answers' : 'requests');
      let entries = first();
      for (let tries = 1; ; tries += 1) {
        const before = (await direct.head(threadId))?.rev ?? 0;
        try {
          await journal.append(threadId, entries);
          acknowledged += 1;
          break;
        } catch (error) {
          if (tries > 20) throw error;
          if (!(error instanceof AppendOutcomeUnknownError)) continue;
          unknown += 1;
          if (((await settledRev(threadId)) ?? 0) > before) committed += 1;
          entries = retry(entries, error.entryIds);
        }
      }
    }
    proxy.cutAfter(0, 'answers');
    return { acknowledged, unknown, committed };
  }

  /** The rev once no other transaction holds the head: a statement whose client is gone may still be running. */
  async function settledRev(threadId: string): Promise<number | undefined> {
    await direct.append(threadId, []);
    return (await direct.head(threadId))?.rev;
  }

  const withIds = (entries: readonly NewEntry[], ids: readonly string[]): readonly NewEntry[] =>
    entries.map((entry, index) => ({ ...entry, id: ids[index] }));

  test('with ids of ours: an unknown outcome is named, and its retry loses nothing and doubles nothing', async () => {
    let count = 0;
    const next = (): readonly NewEntry[] => [{ payload: { n: count++ } }];
    const { acknowledged, unknown, committed } = await appendThroughCuts('ours', next, withIds);
    const numbers = (await collect(direct.read('ours'))).map(entry => entry.payload['n']);
    expect(numbers).toEqual(Array.from({ length: count }, (_, n) => n));
    expect(acknowledged).toBe(count);
    // The harness has teeth only if some of the cut appends had been recorded, and some had not.
    expect(committed).toBeGreaterThan(0);
    expect(unknown).toBeGreaterThan(committed);
  });

  test('with ids of the caller: the same', async () => {
    let count = 0;
    const next = (): readonly NewEntry[] => [{ id: `mine-${count}`, payload: { n: count++ } }, { id: `also-${count}` }];
    const { acknowledged } = await appendThroughCuts('mine', next, entries => entries);
    const thread = await direct.load('mine');
    const numbers = thread?.entries.flatMap(entry => (entry.id.startsWith('mine') ? [entry.payload['n']] : []));
    expect(numbers).toEqual(Array.from({ length: count }, (_, n) => n));
    expect(thread?.rev).toBe(2 * count);
    expect(acknowledged).toBe(count);
  });

  test('the control, a retry with fresh ids, doubles entries', async () => {
    let count = 0;
    const next = (): readonly NewEntry[] => [{ payload: { n: count++ } }];
    await appendThroughCuts('control', next, entries => entries);
    const numbers = (await collect(direct.read('control'))).map(entry => entry.payload['n']);
    expect(numbers.length).toBeGreaterThan(count);
  });
});
