import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, leavesUnchanged, loaded, numbered, refuses, take } from '../expectations.ts';

export const metadataCases: readonly ConformanceCase[] = [
  conformanceCase(
    'keeps the metadata of the append that creates the thread, and gives it with load, head and threads',
    async ({ journal, threadId }) => {
      const metadata = { title: 'Trip', tags: ['a', 'b'], nested: { user: null } };
      await journal.append(threadId, numbered(1), { metadata });
      assert.deepEqual((await loaded(journal, threadId)).metadata, metadata);
      assert.deepEqual((await journal.head(threadId))?.metadata, metadata);
      const [listed] = await take(journal.threads({ after: threadId.slice(0, -1) }), 1);
      assert.deepEqual([listed?.threadId, listed?.metadata], [threadId, metadata]);
    },
    { labels: ['E21', 'R21', 'X7'] },
  ),
  conformanceCase(
    'ignores the metadata of later appends',
    async ({ journal, threadId }) => {
      await journal.append(threadId, numbered(1), { metadata: { v: 1 } });
      await journal.append(threadId, numbered(1), { metadata: { v: 2, more: true } });
      await journal.append(threadId, numbered(1), { metadata: {} });
      await journal.append(threadId, numbered(1));
      const thread = await loaded(journal, threadId);
      assert.deepEqual([thread.metadata, thread.rev], [{ v: 1 }, 4]);
    },
    { labels: ['X7', 'JZ2'] },
  ),
  conformanceCase('has empty metadata by default, for good', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1), { metadata: undefined });
    await journal.append(threadId, numbered(1), { metadata: { late: true } });
    assert.deepEqual((await loaded(journal, threadId)).metadata, {});
  }),
  conformanceCase('keeps the metadata of an append that is guarded by 0', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1), { expectedRev: 0, metadata: { guarded: true } });
    assert.deepEqual((await loaded(journal, threadId)).metadata, { guarded: true });
  }),
  conformanceCase('gives a thread that is created again its new metadata', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1), { metadata: { life: 1 } });
    await journal.delete(threadId);
    await journal.append(threadId, numbered(1), { metadata: { life: 2 } });
    assert.deepEqual((await loaded(journal, threadId)).metadata, { life: 2 });
  }),
  conformanceCase('keeps the whole closed set of values in metadata', async ({ journal, threadId }) => {
    const metadata = {
      b: new Date(0),
      a: 10n,
      m: new Map([[1, new Set(['x'])]]),
      u: undefined,
      z: -0,
      s: '\u0000\ud800',
    };
    await journal.append(threadId, numbered(1), { metadata });
    const thread = await loaded(journal, threadId);
    assert.deepEqual(thread.metadata, metadata);
    assert.deepEqual(Object.keys(thread.metadata), ['b', 'a', 'm', 'u', 'z', 's']);
    assert.deepEqual((await journal.head(threadId))?.metadata, metadata);
  }),
  conformanceCase(
    'refuses metadata that it cannot keep, names the place, and writes nothing',
    async ({ journal, threadId }) => {
      const metadata = { fine: 1, bad: { deep: () => 1 } };
      const facts = { path: 'metadata.bad.deep' };
      await refuses(() => journal.append(threadId, numbered(1), { metadata }), 'invalid_value', facts);
      await refuses(() => journal.append(threadId, [], { metadata }), 'invalid_value', facts);
      await absent(journal, threadId);
    },
    { labels: ['JZ9'] },
  ),
  conformanceCase('refuses bad metadata also where it would be ignored', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1));
    const metadata = { bad: Symbol('no') };
    await leavesUnchanged(journal, threadId, () =>
      refuses(() => journal.append(threadId, numbered(1), { metadata }), 'invalid_value', { path: 'metadata.bad' }),
    );
  }),
  conformanceCase('holds metadata to the size of an entry', async ({ open, threadId }) => {
    const journal = await open({ limits: { maxEntryBytes: 100 } });
    const facts = { limit: 'maxEntryBytes', max: 100 };
    const append = (length: number) => journal.append(threadId, [], { metadata: { t: 'x'.repeat(length) } });
    await refuses(() => append(93), 'limit_exceeded', facts);
    await absent(journal, threadId);
    assert.equal((await append(92)).created, true);
  }),
];
