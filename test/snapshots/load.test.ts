import { describe, expect, test } from 'vitest';
import type { NewEntry, Thread, ThreadJournal } from '../../src/index.ts';
import { genesisHash } from '../../src/journal/index.ts';
import { digestOf } from '../../src/snapshots/segment.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { snapshotEvents } from './events.ts';
import { placesOf, quoted, rebuilt, segmentsOf } from './segments.ts';
import { insert, remove } from './vandal.ts';

const FOUR = { seal: false, segmentEntries: 4 };

/** Entries of every form: plain JSON, rich, with refs and without, times that go back and far apart. */
const entries: readonly NewEntry[] = Array.from({ length: 22 }, (_, n) => ({
  id: `id-${n}`,
  kind: n % 3 === 0 ? 'message' : 'tool "call"\u2028',
  at: [n, -n, 1_700_000_000_000 + n, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER][n % 5],
  payload: [
    { n, text: 'naïve \u0000 "quoted" \\ \u2028 \u{1f600}' },
    { n, when: new Date(n), big: 10n ** 20n, map: new Map([[{ k: 1 }, new Set([undefined, Number.NaN])]]) },
    { __proto__: null, 'a\nb': [[], {}, null, -0.5], '0': 1, '-1': { deep: { deeper: ['x'] } } },
    {},
  ][n % 4],
  refs: n % 2 === 0 ? {} : { entryId: `id-${n - 1}`, lone: '\ud800' },
}));

eachBackend(bench => {
  const journal = (): ThreadJournal => bench.journalWith({ snapshots: FOUR });
  const withoutSnapshots = (threadId: string): Promise<unknown> =>
    sql(bench.orm, `delete from journal_snapshots where thread_id = ${quoted(threadId)}`);

  /** A thread of five segments, the last of them not full, and a tail of four rows. */
  async function thread(): Promise<string> {
    const threadId = bench.id();
    await journal().append(threadId, entries.slice(0, 18), { metadata: { topic: 'x' } });
    await rebuilt(journal(), [threadId]);
    expect(await placesOf(bench.orm, threadId)).toEqual([0, 4, 8, 12, 16].map(from => [from, Math.min(from + 4, 18)]));
    await journal().append(threadId, entries.slice(18));
    return threadId;
  }

  /** What a load answers: a value, or the error's class and facts. */
  async function answer(threadId: string, upToRev?: number): Promise<unknown> {
    try {
      return { value: await journal().load(threadId, { upToRev }) };
    } catch (error) {
      return { error: (error as Error).constructor.name, facts: { ...(error as Error) } };
    }
  }

  test('a thread of segments and a tail is the same as from its rows, also at every rev of its past', async () => {
    const threadId = await thread();
    const sealing = journal();
    const revs = [undefined, ...Array.from({ length: 24 }, (_, rev) => rev)];
    const sealed: (Thread | undefined)[] = [];
    for (const upToRev of revs) sealed.push(await sealing.load(threadId, { upToRev }));
    const { served } = await sealing.stats();
    expect(served).toMatchObject({ loads: 24, loadsFromSnapshots: 21 });
    await withoutSnapshots(threadId);
    const rows: (Thread | undefined)[] = [];
    for (const upToRev of revs) rows.push(await sealing.load(threadId, { upToRev }));
    expect(rows).toEqual(sealed);
    expect(sealed[0]?.entries.map(({ payload }) => Object.keys(payload))).toEqual(
      rows[0]?.entries.map(({ payload }) => Object.keys(payload)),
    );
    expect((await sealing.stats()).served.loadsFromSnapshots).toBe(served.loadsFromSnapshots);
  });

  test('each load gives entries of its own', async () => {
    const threadId = await thread();
    const first = await journal().load(threadId);
    (first?.entries[0]?.payload as { n: number }).n = 99;
    (first?.entries[0]?.refs as { added: number }).added = 1;
    const second = await journal().load(threadId);
    expect(second?.entries[0]).toMatchObject({ payload: { n: 0 }, refs: {} });
    expect(Object.keys(second?.entries[0]?.refs ?? { x: 1 })).toEqual([]);
  });

  describe('damage of the journal is answered the same with snapshots and without', () => {
    const where = (threadId: string): string => `where thread_id = ${quoted(threadId)}`;
    test.each<[string, (threadId: string) => string]>([
      ['all entries gone', id => `delete from journal_entries ${where(id)}`],
      ['the head gone', id => `delete from journal_threads ${where(id)}`],
      ['the last entry gone', id => `delete from journal_entries ${where(id)} and seq = 21`],
      ['an entry of the tail gone', id => `delete from journal_entries ${where(id)} and seq = 19`],
      ['the first entry of the tail gone', id => `delete from journal_entries ${where(id)} and seq = 18`],
      ['the whole tail gone', id => `delete from journal_entries ${where(id)} and seq >= 18`],
      [
        'the tail and the last entry under the segments gone',
        id => `delete from journal_entries ${where(id)} and seq >= 17`,
      ],
      ['a rev too high', id => `update journal_threads set rev = 30 ${where(id)}`],
      ['a rev too low', id => `update journal_threads set rev = 20 ${where(id)}`],
      ['a rev below the segments', id => `update journal_threads set rev = 7 ${where(id)}`],
      ['a rev of 0', id => `update journal_threads set rev = 0 ${where(id)}`],
      [
        'a payload of the tail that cannot be decoded',
        id => `update journal_entries set payload = '{"a' ${where(id)} and seq = 20`,
      ],
      [
        'refs of the tail that cannot be decoded',
        id => `update journal_entries set refs = '[' ${where(id)} and seq = 18`,
      ],
      [
        'another payload in the tail',
        id => `update journal_entries set payload = '{"forged":1}' ${where(id)} and seq = 20`,
      ],
      [
        'another id of the last entry under the segments',
        id => `update journal_entries set entry_id = 'x' ${where(id)} and seq = 17`,
      ],
      ['metadata that cannot be decoded', id => `update journal_threads set metadata = '[1' ${where(id)}`],
      ['another hash of the head', id => `update journal_threads set head_hash = 'feed' ${where(id)}`],
      ['a generation that is another', id => `update journal_threads set generation = 'x' ${where(id)}`],
    ])('%s', async (_name, damage) => {
      const threadId = await thread();
      const before = await answer(threadId);
      await withoutGuards(bench.orm, () => sql(bench.orm, damage(threadId)));
      const sealed = [await answer(threadId), await answer(threadId, 20)];
      expect((await segmentsOf(bench.orm, threadId)).length).toBe(5);
      await withoutSnapshots(threadId);
      expect(sealed).toEqual([await answer(threadId), await answer(threadId, 20)]);
      expect(sealed[0]).not.toEqual(before);
    });
  });

  test('what a load does not look at: a row that a segment stands for, but for the last of all', async () => {
    const threadId = await thread();
    const before = await answer(threadId);
    const damage = `update journal_entries set payload = '{"forged":1}' where thread_id = ${quoted(threadId)} and seq = 5`;
    await withoutGuards(bench.orm, () => sql(bench.orm, damage));
    expect(await answer(threadId)).toEqual(before);
    await withoutSnapshots(threadId);
    expect(await answer(threadId)).not.toEqual(before);
  });

  test('a forged segment with a right digest is believed: loads do read segments, and a digest is no signature', async () => {
    const threadId = await thread();
    const [first] = await segmentsOf(bench.orm, threadId);
    if (first === undefined) throw new Error('no segment');
    const { digest: _, ...facts } = { ...first, body: first.body };
    const other = bench.id();
    await journal().append(
      other,
      entries.slice(0, 4).map(entry => ({ ...entry, payload: { forged: true } })),
    );
    await rebuilt(journal(), [other]);
    const [forged] = await segmentsOf(bench.orm, other);
    const segment = { ...facts, body: forged?.body ?? '' };
    await remove(bench.orm, first);
    await insert(bench.orm, { ...segment, digest: digestOf(segment, genesisHash(threadId)) });
    expect((await journal().load(threadId))?.entries[0]?.payload).toEqual({ forged: true });
  });

  test('a segment of another history of the same generation is not used', async () => {
    const threadId = await thread();
    const stale = await segmentsOf(bench.orm, threadId);
    await journal().delete(threadId);
    await journal().append(
      threadId,
      entries.map(entry => ({ ...entry, payload: { other: true } })),
    );
    const generation = (await journal().head(threadId))?.generation ?? '';
    const events = snapshotEvents(threadId);
    // With digests that fit: what a backup of one table only brings back.
    let previous = genesisHash(threadId);
    for (const segment of stale) {
      const { digest: _, ...moved } = { ...segment, generation };
      await insert(bench.orm, { ...moved, digest: digestOf(moved, previous) });
      previous = segment.hash;
    }
    const loaded = await journal().load(threadId);
    expect(loaded?.entries.every(({ payload }) => payload['other'] === true)).toBe(true);
    expect(events).toMatchObject([{ event: 'ignored', reason: 'journal', fromSeq: 0 }]);
  });

  test('a segment that is not right is reported and replaced', async () => {
    const threadId = await thread();
    await rebuilt(journal(), [threadId]);
    const right = await segmentsOf(bench.orm, threadId);
    const [first, second, third] = right;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no segments');
    const edits = [
      { ...second, body: second.body.replace(/\d/, digit => (digit === '1' ? '2' : '1')) },
      { ...second, digest: 'ffffffff' },
      { ...second, hash: first.hash },
      { ...second, toSeq: 9 },
      { ...second, format: 7 },
      { ...third, fromSeq: 4, toSeq: 8 },
    ];
    for (const edit of edits) {
      const events = snapshotEvents(threadId);
      await remove(bench.orm, second);
      await insert(bench.orm, edit);
      const before = await answer(threadId);
      const sealing = bench.journalWith({ snapshots: { minTail: 1, segmentEntries: 4 } });
      expect({ value: await sealing.load(threadId) }).toEqual(before);
      await sealing.close();
      expect(events).toContainEqual({ event: 'ignored', threadId, reason: 'segments', fromSeq: 4 });
      expect(await segmentsOf(bench.orm, threadId)).toEqual(right);
      const events2 = snapshotEvents(threadId);
      expect(await answer(threadId)).toEqual(before);
      expect(events2).toEqual([]);
    }
  });

  test('a stray segment between the others changes nothing and is removed', async () => {
    const threadId = await thread();
    await rebuilt(journal(), [threadId]);
    const right = await segmentsOf(bench.orm, threadId);
    const before = await answer(threadId);
    for (const fromSeq of [-3, 1, 6, 21, 500]) {
      const events = snapshotEvents(threadId);
      await insert(bench.orm, { ...(right[0] as (typeof right)[number]), fromSeq });
      const sealing = bench.journalWith({ snapshots: { minTail: 1, segmentEntries: 4 } });
      expect({ value: await sealing.load(threadId) }).toEqual(before);
      await sealing.close();
      expect(await segmentsOf(bench.orm, threadId)).toEqual(right);
      expect(events.length).toBeGreaterThan(0);
    }
  });
});
