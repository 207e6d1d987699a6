import { expect, test } from 'vitest';
import { collect, eachBackend } from '../support/each-backend.ts';

eachBackend(bench => {
  const idsAfter = async (after: string): Promise<string[]> =>
    (await collect(bench.journal.readAll({ after }))).map(({ threadId, seq }) => `${threadId} ${seq}`);

  test('behind the end of the feed is exactly what comes later, from an empty journal on', async () => {
    const { journal } = bench;
    const empty = await journal.feedEnd();
    expect(await idsAfter(empty)).toEqual([]);
    await journal.append('a', [{}, {}]);
    await journal.append('b', [{}]);
    const full = await journal.feedEnd();
    expect(await idsAfter(full)).toEqual([]);
    expect(await idsAfter(empty)).toEqual(['a 0', 'a 1', 'b 0']);
    await journal.delete('b');
    const behind = await journal.feedEnd();
    await journal.append('c', [{}]);
    for (const cursor of [full, behind]) expect(await idsAfter(cursor)).toEqual(['c 0']);
    expect(await idsAfter(await journal.feedEnd())).toEqual([]);
  });

  test('is refused inside a transaction, as the feed is', async () => {
    const inside = bench.orm.em.fork().transactional(() => bench.journal.feedEnd());
    await expect(inside).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  // SQLite has one writer, and on the ORM's one connection nothing else runs meanwhile.
  test.runIf(bench.backend === 'postgresql')(
    'what is under way comes later, whatever was committed since',
    async () => {
      const { journal, orm } = bench;
      const em = orm.em.fork();
      await em.begin();
      await journal.within(em).append('late', [{}]);
      await journal.append('early', [{}]);
      const end = await journal.feedEnd();
      await em.commit();
      expect(await idsAfter(end)).toEqual(['late 0']);
    },
  );
});
