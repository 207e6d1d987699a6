import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, leavesUnchanged, loaded, numbered, payloadsOf, range, take } from '../expectations.ts';

export const deleteCases: readonly ConformanceCase[] = [
  conformanceCase(
    'deletes a thread with all its entries',
    async ({ journal, threadId }) => {
      await journal.append(threadId, numbered(3), { metadata: { a: 1 } });
      assert.equal(await journal.delete(threadId), undefined);
      assert.equal(await journal.load(threadId), undefined);
      await absent(journal, threadId);
    },
    { labels: ['E15', 'F13', 'R28', 'X10'] },
  ),
  conformanceCase(
    'deletes a thread that does not exist, and one twice, without complaint',
    async ({ journal, threadId }) => {
      await journal.delete(threadId);
      await journal.append(threadId, numbered(1));
      await journal.delete(threadId);
      await journal.delete(threadId);
      await absent(journal, threadId);
    },
    { labels: ['E16', 'R27', 'JZ6'] },
  ),
  conformanceCase(
    'leaves every other thread alone',
    async ({ journal, threadId }) => {
      const others = [`${threadId}-b`, `${threadId}b`, threadId.toUpperCase(), `${threadId} `];
      for (const id of [threadId, ...others]) await journal.append(id, numbered(2));
      const before = await Promise.all(others.map(id => journal.load(id)));
      await journal.delete(threadId);
      assert.deepEqual(await Promise.all(others.map(id => journal.load(id))), before);
      assert.ok(before.every(thread => thread?.rev === 2));
    },
    { labels: ['JZ6'] },
  ),
  conformanceCase('takes % and _ and * in an id for what they are', async ({ journal, threadId }) => {
    await journal.append(`${threadId}-x`, numbered(1));
    await leavesUnchanged(journal, `${threadId}-x`, async () => {
      for (const wild of ['%', '_', '*', '-%', '-_', '-?']) await journal.delete(threadId + wild);
    });
    assert.equal((await loaded(journal, `${threadId}-x`)).rev, 1);
  }),
  conformanceCase('deletes a head without entries', async ({ journal, threadId }) => {
    await journal.append(threadId, []);
    await journal.delete(threadId);
    await absent(journal, threadId);
  }),
  conformanceCase('starts again at seq 0 with nothing of the old thread', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(3, 100), { metadata: { life: 1 } });
    await journal.delete(threadId);
    const result = await journal.append(threadId, numbered(2), { expectedRev: 0 });
    assert.deepEqual([result.rev, result.entries.map(({ seq }) => seq)], [2, [0, 1]]);
    const thread = await loaded(journal, threadId);
    assert.deepEqual(payloadsOf(thread), [{ n: 0 }, { n: 1 }]);
    assert.deepEqual([thread.metadata, thread.rev], [{}, 2]);
    assert.deepEqual(await take(journal.read(threadId)), thread.entries);
  }),
  conformanceCase('gives a thread another generation each time it is created', async ({ journal, threadId }) => {
    const generations = new Set<string | undefined>();
    const hashes = new Set<string | undefined>();
    for (const _ of range(0, 4)) {
      const appended = await journal.append(threadId, [{ id: 'same', at: 1 }]);
      const again = await journal.append(threadId, [{ id: 'same', at: 1 }]);
      const head = await journal.head(threadId);
      assert.deepEqual([appended.generation, again.generation], [head?.generation, head?.generation]);
      generations.add(head?.generation);
      hashes.add(head?.hash);
      await journal.delete(threadId);
    }
    assert.deepEqual([generations.size, hashes.size], [4, 1]);
  }),
  conformanceCase(
    'shows another journal on the same store that a thread is gone',
    async ({ journal, open, threadId }) => {
      const other = await open();
      await journal.append(threadId, numbered(2));
      assert.equal((await loaded(other, threadId)).rev, 2);
      await journal.delete(threadId);
      await absent(other, threadId);
      assert.deepEqual((await other.append(threadId, numbered(1))).rev, 1);
    },
  ),
];
