import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, leavesUnchanged, numbered, range, refuses } from '../expectations.ts';

export const guardCases: readonly ConformanceCase[] = [
  conformanceCase(
    'appends when the thread is at the expected rev',
    async ({ journal, threadId }) => {
      await journal.append(threadId, numbered(3));
      const result = await journal.append(threadId, numbered(2), { expectedRev: 3 });
      assert.deepEqual([result.rev, result.created], [5, true]);
    },
    { labels: ['E12', 'F10', 'R16'] },
  ),
  conformanceCase(
    'refuses a stale rev, names both revs, and leaves the thread as it was',
    async ({ journal, threadId }) => {
      await journal.append(threadId, numbered(3), { expectedRev: 0, metadata: { a: 1 } });
      await leavesUnchanged(journal, threadId, async () => {
        for (const expectedRev of [0, 1, 2]) {
          const facts = { threadId, expectedRev, actualRev: 3 };
          await refuses(() => journal.append(threadId, numbered(2), { expectedRev }), 'rev_conflict', facts);
        }
      });
    },
    { labels: ['E13', 'F11', 'R17', 'X8', 'JZ3'] },
  ),
  conformanceCase('refuses a rev that the thread has not reached', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1));
    await leavesUnchanged(journal, threadId, async () => {
      for (const expectedRev of [2, 1_000, Number.MAX_SAFE_INTEGER]) {
        const facts = { threadId, expectedRev, actualRev: 1 };
        await refuses(() => journal.append(threadId, numbered(1), { expectedRev }), 'rev_conflict', facts);
      }
    });
  }),
  conformanceCase(
    'creates a thread under the guard 0',
    async ({ journal, threadId }) => {
      const result = await journal.append(threadId, numbered(1), { expectedRev: 0 });
      assert.deepEqual([result.rev, result.created], [1, true]);
    },
    { labels: ['R18'] },
  ),
  conformanceCase('refuses the guard 0 on a thread that has entries', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1));
    const facts = { threadId, expectedRev: 0, actualRev: 1 };
    await leavesUnchanged(journal, threadId, () =>
      refuses(() => journal.append(threadId, numbered(1), { expectedRev: 0 }), 'rev_conflict', facts),
    );
  }),
  conformanceCase(
    'refuses a guard above 0 on a thread that does not exist, and does not create it',
    async ({ journal, threadId }) => {
      const append = () => journal.append(threadId, numbered(1), { expectedRev: 3, metadata: { a: 1 } });
      await refuses(append, 'rev_conflict', { threadId, expectedRev: 3, actualRev: 0 });
      await absent(journal, threadId);
    },
  ),
  conformanceCase('refuses a guard above 0 on a head without entries', async ({ journal, threadId }) => {
    await journal.append(threadId, []);
    const facts = { threadId, expectedRev: 1, actualRev: 0 };
    await leavesUnchanged(journal, threadId, () =>
      refuses(() => journal.append(threadId, numbered(1), { expectedRev: 1 }), 'rev_conflict', facts),
    );
  }),
  conformanceCase('refuses the rev of a thread that was deleted', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(2));
    await journal.delete(threadId);
    const facts = { threadId, expectedRev: 2, actualRev: 0 };
    await refuses(() => journal.append(threadId, numbered(1), { expectedRev: 2 }), 'rev_conflict', facts);
    await absent(journal, threadId);
  }),
  conformanceCase('goes on after a conflict with the rev that the error names', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(4));
    const error = await refuses(() => journal.append(threadId, [{}], { expectedRev: 1 }), 'rev_conflict');
    const actualRev = Reflect.get(error, 'actualRev');
    assert.equal((await journal.append(threadId, [{}], { expectedRev: actualRev })).rev, 5);
  }),
  conformanceCase('carries a guard from append to append', async ({ journal, threadId }) => {
    let rev = 0;
    for (const count of [1, 2, 3, 1, 5]) {
      ({ rev } = await journal.append(threadId, numbered(count), { expectedRev: rev }));
    }
    assert.equal(rev, 12);
  }),
  conformanceCase('checks nothing when the guard is left out', async ({ journal, threadId }) => {
    const revs: number[] = [];
    for (const _ of range(0, 3)) {
      revs.push((await journal.append(threadId, numbered(1), { expectedRev: undefined })).rev);
    }
    assert.deepEqual(revs, [1, 2, 3]);
  }),
];
