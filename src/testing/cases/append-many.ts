import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { loaded, numbered, payloadsOf, range, take } from '../expectations.ts';

export const appendManyCases: readonly ConformanceCase[] = [
  conformanceCase(
    'gives every entry its place by the order of the call, not by its time',
    async ({ journal, threadId }) => {
      const times = [500, 500, 400, 900, -3, 500];
      await journal.append(
        threadId,
        times.slice(0, 4).map(at => ({ at })),
      );
      await journal.append(
        threadId,
        times.slice(4).map(at => ({ at })),
      );
      const { entries } = await loaded(journal, threadId);
      assert.deepEqual(
        entries.map(({ at }) => at),
        times,
      );
    },
  ),
  conformanceCase(
    'takes 100 entries in one append, each at the seq of its index',
    async ({ journal, threadId }) => {
      await journal.append(threadId, numbered(100));
      const thread = await loaded(journal, threadId);
      assert.deepEqual(
        thread.entries.map(({ seq, payload }) => [seq, payload['n']]),
        range(0, 100).map(n => [n, n]),
      );
      assert.equal(thread.stats.entryCount, 100);
    },
    { labels: ['F25', 'E24'] },
  ),
  conformanceCase('takes 1,000 entries in one append', async ({ journal, threadId }) => {
    const result = await journal.append(threadId, numbered(1_000));
    assert.deepEqual([result.rev, result.entries.length], [1_000, 1_000]);
    const stored = await take(journal.read(threadId));
    assert.deepEqual(payloadsOf({ entries: stored }), payloadsOf(result));
  }),
];
