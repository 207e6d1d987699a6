import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { leavesUnchanged, loaded, numbered, payloadsOf, refuses, take } from '../expectations.ts';

export const emptyAppendCases: readonly ConformanceCase[] = [
  conformanceCase(
    'creates the head of a new thread from no entries, while load still answers undefined',
    async ({ journal, threadId }) => {
      const result = await journal.append(threadId, [], { metadata: { title: 'empty' } });
      const generation = (await journal.head(threadId))?.generation;
      assert.deepEqual(result, { threadId, generation, rev: 0, entries: [], created: true });
      const head = await journal.head(threadId);
      assert.deepEqual([head?.rev, head?.metadata], [0, { title: 'empty' }]);
      assert.equal(await journal.load(threadId), undefined);
      assert.deepEqual(await take(journal.read(threadId)), []);
    },
    { labels: ['X9'] },
  ),
  conformanceCase(
    'changes nothing but updatedAt when no entries are appended to an existing thread',
    async ({ open, threadId }) => {
      let clock = 1_000;
      const journal = await open({ now: () => clock });
      await journal.append(threadId, numbered(2), { metadata: { kept: true } });
      const before = { head: await journal.head(threadId), thread: await journal.load(threadId) };
      clock = 2_000;
      const result = await journal.append(threadId, [], { metadata: { kept: false } });
      assert.deepEqual(result, { threadId, generation: before.head?.generation, rev: 2, entries: [], created: false });
      assert.deepEqual(await journal.head(threadId), { ...before.head, updatedAt: 2_000 });
      assert.deepEqual(await journal.load(threadId), { ...before.thread, updatedAt: 2_000 });
    },
    { labels: ['F23'] },
  ),
  conformanceCase('says that nothing was created when no entries are appended twice', async ({ journal, threadId }) => {
    assert.equal((await journal.append(threadId, [])).created, true);
    assert.equal((await journal.append(threadId, [])).created, false);
  }),
  conformanceCase('honours the guard of an append without entries', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(2));
    const facts = { threadId, expectedRev: 1, actualRev: 2 };
    await leavesUnchanged(journal, threadId, () =>
      refuses(() => journal.append(threadId, [], { expectedRev: 1 }), 'rev_conflict', facts),
    );
    assert.equal((await journal.append(threadId, [], { expectedRev: 2 })).rev, 2);
  }),
  conformanceCase(
    'creates no head when an append without entries expects a thread that is not there',
    async ({ journal, threadId }) => {
      const facts = { threadId, expectedRev: 1, actualRev: 0 };
      await refuses(() => journal.append(threadId, [], { expectedRev: 1 }), 'rev_conflict', facts);
      assert.equal(await journal.head(threadId), undefined);
    },
  ),
  conformanceCase(
    'lets entries follow on a head that was created without entries, and keeps its generation and metadata',
    async ({ journal, threadId }) => {
      await journal.append(threadId, [], { expectedRev: 0, metadata: { by: 'first' } });
      const empty = await journal.head(threadId);
      const result = await journal.append(threadId, numbered(2), { expectedRev: 0, metadata: { by: 'second' } });
      assert.deepEqual([result.rev, result.created], [2, true]);
      const thread = await loaded(journal, threadId);
      assert.deepEqual(payloadsOf(thread), [{ n: 0 }, { n: 1 }]);
      assert.deepEqual([thread.generation, thread.metadata], [empty?.generation, { by: 'first' }]);
    },
  ),
];
