import assert from 'node:assert/strict';
import type { FeedEntry, Journal, ReadAllOptions } from '../../journal/index.ts';
import { conformanceCase } from '../conformance-case.ts';
import { appendMany, numbered, range, take } from '../expectations.ts';
import { from, placesOf, startOf, under } from './feed-start.ts';

const seqsOf = (entries: readonly FeedEntry[]): number[] => entries.map(({ seq }) => seq);

/** Entries of two threads in turn: a0, b0, a1, b1, … */
async function inTurn(journal: Journal, threadId: string, count: number): Promise<void> {
  for (const n of range(0, count)) {
    await journal.append(`${threadId}-a`, [{ kind: n % 3 === 0 ? 'third' : 'other', payload: { n } }]);
    await journal.append(`${threadId}-b`, [{ payload: { n } }, { kind: 'third' }]);
  }
}

export const feedCases = [
  conformanceCase('reads the entries of all threads as each thread has them', async ({ journal, threadId }) => {
    const after = await startOf(journal, threadId);
    await inTurn(journal, threadId, 4);
    const feed = await from(journal, after, threadId);
    for (const id of [`${threadId}-a`, `${threadId}-b`]) {
      const own = feed.filter(entry => entry.threadId === id).map(({ cursor: _, ...entry }) => entry);
      assert.deepEqual(own, await take(journal.read(id)));
    }
    assert.equal(feed.length, 12);
    assert.ok(feed.every(({ cursor }) => typeof cursor === 'string'));
  }),
  conformanceCase('gives what was acknowledged first before what was appended later', async ({ journal, threadId }) => {
    const after = await startOf(journal, threadId);
    await inTurn(journal, threadId, 5);
    const expected = range(0, 5).flatMap(n => [`-a ${n}`, `-b ${2 * n}`, `-b ${2 * n + 1}`]);
    assert.deepEqual(placesOf(await from(journal, after, threadId), threadId), expected);
  }),
  conformanceCase('begins at the first entry of the store when no cursor is given', async ({ journal, threadId }) => {
    await inTurn(journal, threadId, 2);
    const all = await take(journal.readAll());
    assert.equal(under(all, threadId).length, 6);
    const first = await take(journal.readAll({ limit: 1 }));
    assert.deepEqual(
      first.map(({ id, seq }) => [id, seq]),
      all.slice(0, 1).map(({ id, seq }) => [id, seq]),
    );
  }),
  conformanceCase('gives exactly the rest behind any cursor', async ({ journal, threadId }) => {
    const after = await startOf(journal, threadId);
    await inTurn(journal, threadId, 4);
    const feed = await from(journal, after, threadId);
    for (const [index, { cursor }] of feed.entries()) {
      assert.deepEqual(
        placesOf(await from(journal, cursor, threadId), threadId),
        placesOf(feed, threadId).slice(index + 1),
      );
    }
  }),
  conformanceCase('goes on behind the last entry with what was appended since', async ({ journal, threadId }) => {
    let cursor = await startOf(journal, threadId);
    for (const round of range(0, 6)) {
      await journal.append(threadId, numbered(round, 10 * round));
      const feed = await from(journal, cursor, threadId);
      assert.deepEqual(
        feed.map(({ payload }) => payload),
        numbered(round, 10 * round).map(({ payload }) => payload),
      );
      cursor = feed.at(-1)?.cursor ?? cursor;
    }
    assert.deepEqual(await from(journal, cursor, threadId), []);
  }),
  conformanceCase(
    'ends at what was there when it began, whatever is appended under way',
    async ({ journal, threadId }) => {
      const after = await startOf(journal, threadId);
      await appendMany(journal, threadId, 600);
      let seen = 0;
      let cursor = after;
      for await (const entry of journal.readAll({ after })) {
        if (!entry.threadId.startsWith(threadId)) continue;
        if (seen % 50 === 0) await journal.append(threadId, [{}]);
        assert.equal(entry.seq, seen);
        cursor = entry.cursor;
        seen += 1;
      }
      assert.equal(seen, 600);
      assert.deepEqual(seqsOf(await from(journal, cursor, threadId)), range(600, 612));
    },
  ),
  conformanceCase('gives nothing but the asked kinds, whatever is in between', async ({ journal, threadId }) => {
    const after = await startOf(journal, threadId);
    await journal.append(threadId, [{}, { kind: 'rare' }]);
    await appendMany(journal, threadId, 1_100);
    await journal.append(threadId, [{ kind: 'rare' }, { kind: 'odd' }, {}]);
    const rare = async (options: ReadAllOptions): Promise<number[]> =>
      seqsOf(under(await take(journal.readAll({ kinds: ['rare'], ...options })), threadId));
    assert.deepEqual(await rare({ after }), [1, 1_102]);
    assert.deepEqual(await rare({ after, kinds: ['odd', 'rare'] }), [1, 1_102, 1_103]);
    const [first] = await take(journal.readAll({ after, kinds: ['rare'], limit: 1 }));
    assert.deepEqual(await rare({ after: first?.cursor }), [1_102]);
    assert.deepEqual(await rare({ after, kinds: [] }), []);
  }),
  conformanceCase('gives no more of the feed than the limit', async ({ journal, threadId }) => {
    const after = await startOf(journal, threadId);
    await appendMany(journal, threadId, 520);
    for (const limit of [0, 1, 2, 256, 257, 519]) {
      const options = { after, limit };
      assert.deepEqual(seqsOf(await take(journal.readAll(options))).length, limit);
    }
    assert.deepEqual(seqsOf(under(await take(journal.readAll({ after, limit: 300 })), threadId)), range(0, 300));
  }),
  conformanceCase('passes over the entries of a deleted thread', async ({ journal, threadId }) => {
    const after = await startOf(journal, threadId);
    await inTurn(journal, threadId, 3);
    const before = await from(journal, after, threadId);
    await journal.delete(`${threadId}-a`);
    const left = range(0, 6).map(n => `-b ${n}`);
    assert.deepEqual(placesOf(await from(journal, after, threadId), threadId), left);
    const rest = await from(journal, before[3]?.cursor ?? '', threadId);
    assert.deepEqual(placesOf(rest, threadId), left.slice(2));
    await journal.append(`${threadId}-a`, [{}]);
    assert.deepEqual(placesOf(await from(journal, after, threadId), threadId), [...left, '-a 0']);
  }),
  conformanceCase('goes on from the cursor of an entry that was deleted', async ({ journal, threadId }) => {
    const after = await startOf(journal, threadId);
    await journal.append(`${threadId}-a`, numbered(2));
    await journal.append(`${threadId}-b`, numbered(2));
    const cursor = (await from(journal, after, threadId)).at(-1)?.cursor ?? '';
    await journal.delete(`${threadId}-b`);
    assert.deepEqual(await from(journal, cursor, threadId), []);
    await journal.append(`${threadId}-c`, numbered(2));
    assert.deepEqual(placesOf(await from(journal, cursor, threadId), threadId), ['-c 0', '-c 1']);
  }),
  conformanceCase(
    'gives every entry of racing appends once, in order of its thread',
    async ({ journal, open, threadId }) => {
      const other = await open();
      let cursor = await startOf(journal, threadId);
      const feed: FeedEntry[] = [];
      const read = async (): Promise<void> => {
        feed.push(...(await from(journal, cursor, threadId)));
        cursor = feed.at(-1)?.cursor ?? cursor;
      };
      const appends = range(0, 60).map(n =>
        (n % 2 ? other : journal).append(`${threadId}-${n % 5}`, numbered(1 + (n % 3))),
      );
      let open_ = true;
      const all = Promise.all(appends).finally(() => {
        open_ = false;
      });
      while (open_) await read();
      await all;
      await read();
      for (const n of range(0, 5)) {
        const own = feed.filter(entry => entry.threadId === `${threadId}-${n}`);
        const head = await journal.head(`${threadId}-${n}`);
        assert.deepEqual(seqsOf(own), range(0, head?.rev ?? 0));
      }
    },
  ),
];
