import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, leavesUnchanged, loaded, numbered, refuses, take } from '../expectations.ts';

const hostile: readonly string[] = [
  '../../etc/passwd',
  '..',
  '.',
  '/',
  '\\',
  'C:\\x',
  'a/b/../c',
  '%2e%2e',
  "' or 1=1 --",
  '"; drop table journal_entries; --',
  '`',
  '$1',
  '?',
  ':id',
  '%',
  '_',
  "\\'",
  '{"$ne":""}',
  '$(x) ${',
  '<script>',
  '😀',
  '\u{10ffff}',
  '👩‍👩‍👧',
  '\u202e\u200b',
  '\ufeff',
  '\u00a0',
  ' ',
  'NaN',
  'null',
  'true',
  'x'.repeat(180),
];
const memberNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'undefined',
  '0',
  '-1',
  '1e3',
];

export const hostileIdCases: readonly ConformanceCase[] = [
  conformanceCase(
    'takes paths, SQL, quotes, wildcards and emoji in a thread id for nothing but text',
    async ({ journal, threadId }) => {
      const ids = hostile.map(id => `${threadId}:${id}`);
      for (const [n, id] of ids.entries()) await journal.append(id, [{ payload: { n } }], { metadata: { n } });
      for (const [n, id] of ids.entries()) {
        const thread = await loaded(journal, id);
        assert.deepEqual([thread.id, thread.rev, thread.metadata], [id, 1, { n }]);
        assert.deepEqual(thread.entries[0]?.payload, { n });
      }
      for (const id of ids) await journal.delete(id);
      for (const id of ids) await absent(journal, id);
    },
    { labels: ['F14'] },
  ),
  conformanceCase('takes them for nothing but text in entry ids and kinds too', async ({ journal, threadId }) => {
    const ids = [...hostile, ...memberNames];
    await journal.append(
      threadId,
      ids.map(id => ({ id, kind: id })),
    );
    const { entries } = await loaded(journal, threadId);
    assert.deepEqual(
      entries.map(({ id, kind }) => [id, kind]),
      ids.map(id => [id, id]),
    );
    for (const [seq, kind] of ids.entries()) {
      const found = await take(journal.read(threadId, { kinds: [kind] }));
      assert.deepEqual(
        found.map(entry => entry.seq),
        [seq],
      );
    }
  }),
  conformanceCase('takes names of object members for thread ids like any other', async ({ journal }) => {
    for (const id of memberNames) {
      await journal.delete(id);
      await absent(journal, id);
      assert.equal(await journal.load(id), undefined);
      assert.equal((await journal.append(id, numbered(2), { expectedRev: 0 })).rev, 2);
      await leavesUnchanged(journal, id, () =>
        refuses(() => journal.append(id, [{}], { expectedRev: 0 }), 'rev_conflict'),
      );
      await journal.delete(id);
    }
  }),
];
