import { expect, test } from 'vitest';
import { eachBackend } from '../support/each-backend.ts';
import { rebuilt } from './segments.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ payload: { n } }));

eachBackend(bench => {
  test('stats tells how large the journal is, and what snapshots hold and served', async () => {
    const journal = bench.journalWith({ snapshots: { seal: false } });
    expect(await journal.stats()).toMatchObject({ threads: 0, entries: 0, sealedEntries: 0, segments: 0, longest: [] });
    const before = (await journal.stats()).bytes;
    for (let thread = 0; thread < 12; thread += 1) await journal.append(`t-${thread}`, numbered(thread * 50));
    await rebuilt(journal, ['t-11', 't-3']);
    await journal.load('t-11');
    await journal.load('t-4');
    await journal.load('there is none');
    const stats = await journal.stats();
    expect(stats).toMatchObject({
      threads: 12,
      entries: 3_300,
      sealedEntries: 700,
      segments: 4,
      served: { loads: 2, loadsFromSnapshots: 1, entries: 750, entriesFromSnapshots: 550 },
    });
    expect(stats.longest).toEqual(
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map(thread => ({ threadId: `t-${thread}`, rev: thread * 50 })),
    );
    expect(stats.bytes.journal).toBeGreaterThan(before.journal + 3_300 * 20);
    expect(stats.bytes.snapshots).toBeGreaterThan(before.snapshots);
  });

  test('stats inside a transaction sees what it wrote', async () => {
    const { entries } = await bench.journal.stats();
    await bench.orm.em.transactional(async () => {
      await bench.journal.append('inside', numbered(3));
      expect((await bench.journal.stats()).entries).toBe(entries + 3);
    });
  });
});
