import assert from 'node:assert/strict';
import { appendToThread, newThread } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { appendMany, listIn, loaded, numbered, payloadsOf, range, take } from '../expectations.ts';

export const loadCases: readonly ConformanceCase[] = [
  conformanceCase(
    'answers undefined for a thread that does not exist',
    async ({ journal, threadId }) => {
      assert.equal(await journal.load(threadId), undefined);
      assert.equal(await journal.load(threadId, { upToRev: 3 }), undefined);
      assert.equal(await journal.head(threadId), undefined);
    },
    { labels: ['E9', 'F7', 'R9', 'R32', 'N3', 'JZ1'] },
  ),
  conformanceCase(
    'loads the whole thread as one plain value',
    async ({ journal, threadId }) => {
      const { entries } = await journal.append(threadId, numbered(3), { metadata: { a: 1 } });
      const { threadId: id, ...head } = { ...(await journal.head(threadId)) };
      assert.deepEqual({ ...(await loaded(journal, threadId)) }, { id, ...head, entries, stats: { entryCount: 3 } });
    },
    { labels: ['E14', 'E24', 'F12', 'R10', 'N4'] },
  ),
  conformanceCase('loads 1,500 entries, all of them and in order', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_500);
    const thread = await loaded(journal, threadId);
    assert.deepEqual([thread.rev, thread.stats.entryCount], [1_500, 1_500]);
    assert.deepEqual(
      thread.entries.map(({ seq, payload }) => [seq, payload['n']]),
      range(0, 1_500).map(n => [n, n]),
    );
  }),
  conformanceCase('loads the same entries that read gives', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(5));
    assert.deepEqual((await loaded(journal, threadId)).entries, await take(journal.read(threadId)));
  }),
  conformanceCase('loads the thread as it was at any rev', async ({ open, threadId }) => {
    let clock = 1_000;
    const journal = await open({ now: () => (clock += 1_000) });
    const hashes: (string | undefined)[] = [];
    for (const n of range(0, 5)) {
      await journal.append(threadId, [{ payload: { n } }], { metadata: { m: true } });
      hashes.push((await journal.head(threadId))?.hash);
    }
    const now = await loaded(journal, threadId);
    for (const rev of range(1, 6)) {
      const entries = now.entries.slice(0, rev);
      const then = { ...now, rev, entries, hash: hashes[rev - 1], stats: { entryCount: rev } };
      assert.deepEqual(await journal.load(threadId, { upToRev: rev }), then);
    }
  }),
  conformanceCase('loads nothing up to rev 0', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(2));
    assert.equal(await journal.load(threadId, { upToRev: 0 }), undefined);
  }),
  conformanceCase('loads the whole thread when it has not reached the rev asked for', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(3));
    const thread = await loaded(journal, threadId);
    for (const upToRev of [3, 4, Number.MAX_SAFE_INTEGER, undefined]) {
      assert.deepEqual(await journal.load(threadId, { upToRev }), thread);
    }
  }),
  conformanceCase('loads an early rev of 1,500 entries', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_500);
    for (const upToRev of [1, 255, 256, 257, 1_000, 1_499]) {
      const thread = await journal.load(threadId, { upToRev });
      const ns = thread?.entries.map(({ payload }) => payload['n']);
      assert.deepEqual([thread?.rev, ns], [upToRev, range(0, upToRev)]);
    }
  }),
  conformanceCase('gives a load value of its own to each caller', async ({ journal, threadId }) => {
    await journal.append(threadId, [{ payload: { list: [1], when: new Date(1) } }], { metadata: { tags: ['a'] } });
    const first = await loaded(journal, threadId);
    const fields = first.entries[0]?.payload;
    listIn(fields, 'list').push(2);
    const when = fields?.['when'];
    assert.ok(when instanceof Date);
    when.setTime(99);
    listIn(first.metadata, 'tags').push('b');
    const second = await loaded(journal, threadId);
    assert.deepEqual(payloadsOf(second), [{ list: [1], when: new Date(1) }]);
    assert.deepEqual(second.metadata, { tags: ['a'] });
  }),
  conformanceCase('equals the thread that the helpers build in memory', async ({ open, threadId }) => {
    const journal = await open({ now: () => 500 });
    const metadata = { of: 'both' };
    const local = appendToThread(newThread(threadId, { metadata, now: 500 }), numbered(4), { now: 500 });
    await journal.append(threadId, local.entries, { metadata });
    const thread = await loaded(journal, threadId);
    assert.deepEqual(thread, { ...local, generation: thread.generation });
  }),
  conformanceCase('shows another journal on the same store what was appended', async ({ journal, open, threadId }) => {
    await journal.append(threadId, numbered(2));
    const other = await open();
    assert.deepEqual(await other.load(threadId), await journal.load(threadId));
    await other.append(threadId, numbered(1));
    assert.equal((await loaded(journal, threadId)).rev, 3);
  }),
];
