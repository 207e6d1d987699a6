import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { loaded, numbered, refuses } from '../expectations.ts';

export const timeCases: readonly ConformanceCase[] = [
  conformanceCase(
    'keeps createdAt from the first append and moves updatedAt with every later one',
    async ({ open, threadId }) => {
      let clock = 1_000;
      const journal = await open({ now: () => clock });
      await journal.append(threadId, numbered(1));
      const first = await journal.head(threadId);
      assert.deepEqual([first?.createdAt, first?.updatedAt], [1_000, 1_000]);
      clock = 5_000;
      await journal.append(threadId, numbered(1));
      const second = await journal.head(threadId);
      assert.deepEqual([second?.createdAt, second?.updatedAt], [1_000, 5_000]);
      const thread = await loaded(journal, threadId);
      assert.deepEqual([thread.createdAt, thread.updatedAt], [1_000, 5_000]);
    },
    { labels: ['E22'] },
  ),
  conformanceCase("takes the thread's times from the clock, not from its entries", async ({ open, threadId }) => {
    const journal = await open({ now: () => 7_000 });
    await journal.append(threadId, [{ at: 3 }, { at: 9_999_999 }]);
    const head = await journal.head(threadId);
    assert.deepEqual([head?.createdAt, head?.updatedAt], [7_000, 7_000]);
  }),
  conformanceCase('leaves updatedAt alone when an append is refused', async ({ open, threadId }) => {
    let clock = 1_000;
    const journal = await open({ now: () => clock });
    await journal.append(threadId, [{ id: 'a' }]);
    clock = 2_000;
    await refuses(() => journal.append(threadId, numbered(1), { expectedRev: 0 }), 'rev_conflict');
    await refuses(() => journal.append(threadId, [{ id: 'a', kind: 'other' }]), 'duplicate_entry');
    await refuses(() => journal.append(threadId, [{ kind: '' }]), 'invalid_id');
    assert.equal((await journal.head(threadId))?.updatedAt, 1_000);
  }),
  conformanceCase('orders by seq when the clock goes backwards', async ({ open, threadId }) => {
    let clock = 10_000;
    const journal = await open({ now: () => (clock -= 1_000) });
    for (const n of [0, 1, 2]) await journal.append(threadId, [{ payload: { n } }]);
    const { entries } = await loaded(journal, threadId);
    assert.deepEqual(
      entries.map(({ payload }) => payload['n']),
      [0, 1, 2],
    );
    const [first, second, third] = entries.map(({ at }) => at);
    assert.ok(first !== undefined && second !== undefined && third !== undefined && first > second && second > third);
  }),
  conformanceCase('starts createdAt again when a deleted thread is created again', async ({ open, threadId }) => {
    let clock = 1_000;
    const journal = await open({ now: () => clock });
    await journal.append(threadId, numbered(1));
    await journal.delete(threadId);
    clock = 3_000;
    await journal.append(threadId, numbered(1));
    const head = await journal.head(threadId);
    assert.deepEqual([head?.createdAt, head?.updatedAt], [3_000, 3_000]);
  }),
];
