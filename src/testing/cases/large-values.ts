import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { loaded, payloadsOf, range, take } from '../expectations.ts';

function nested(depth: number): object {
  let value: object = {};
  for (const level of range(0, depth)) value = level % 2 === 0 ? { deeper: value } : [value];
  return value;
}

export const largeValueCases: readonly ConformanceCase[] = [
  conformanceCase(
    'keeps payloads of all sizes up to a megabyte side by side',
    async ({ journal, threadId }) => {
      const sizes = [0, 1, 15, 255, 256, 4_095, 65_535, 65_536, 262_144, 1_048_000];
      const payloads = sizes.map(size => ({ text: 'ab'.repeat(size / 2).padEnd(size, 'c') }));
      const result = await journal.append(
        threadId,
        payloads.map(payload => ({ payload })),
      );
      assert.deepEqual(payloadsOf(result), payloads);
      assert.deepEqual(payloadsOf(await loaded(journal, threadId)), payloads);
    },
    { labels: ['F16', 'F24'] },
  ),
  conformanceCase('keeps a large binary payload', async ({ journal, threadId }) => {
    const bytes = Uint8Array.from({ length: 700_000 }, (_, index) => (index * 31) % 251);
    await journal.append(threadId, [{ payload: { bytes } }]);
    assert.deepEqual(payloadsOf(await loaded(journal, threadId)), [{ bytes }]);
  }),
  conformanceCase(
    'keeps a list of 10,000 elements and an object of 5,000 keys',
    async ({ journal, threadId }) => {
      const list = range(0, 10_000);
      const object = Object.fromEntries(range(0, 5_000).map(n => [`key ${4_999 - n}`, n]));
      await journal.append(threadId, [{ payload: { list, object } }]);
      const [payload] = payloadsOf(await loaded(journal, threadId));
      assert.deepEqual(payload, { list, object });
      assert.deepEqual(Object.keys(payload?.['object'] as object), Object.keys(object));
    },
    { labels: ['F24'] },
  ),
  conformanceCase('keeps deep nesting, plain and rich', async ({ journal, threadId }) => {
    const payloads = [{ plain: nested(200) }, { rich: nested(200), n: 1n }];
    await journal.append(
      threadId,
      payloads.map(payload => ({ payload })),
    );
    assert.deepEqual(payloadsOf(await loaded(journal, threadId)), payloads);
  }),
  conformanceCase('keeps an append of several megabytes', async ({ journal, threadId }) => {
    const payloads = range(0, 12).map(n => ({ n, text: String.fromCharCode(97 + n).repeat(500_000) }));
    await journal.append(
      threadId,
      payloads.map(payload => ({ payload })),
    );
    const stored = await take(journal.read(threadId, { direction: 'backward', limit: 5 }));
    assert.deepEqual(payloadsOf({ entries: stored }), payloads.toReversed().slice(0, 5));
  }),
];
