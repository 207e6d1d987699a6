import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, loaded, range, refuses, take } from '../expectations.ts';

/** Neither database would hold these unchanged. */
const unstorable: Readonly<Record<string, readonly string[]>> = {
  'that are empty': [''],
  'with NUL or another control character': [
    '\u0000',
    'a\u0000',
    'a\nb',
    '\t',
    '\u001b[0m',
    '\u007f',
    '\u0085',
    '\u009f',
  ],
  'with a lone surrogate': ['\ud800', 'a\udc00', '\udc00\ud800', '\ud83d\ud83d\ude00'],
  'longer than 255 bytes': ['x'.repeat(256), 'é'.repeat(128), '😀'.repeat(64), 'x'.repeat(100_000)],
};

function refusesIds(what: string, ids: readonly string[]): ConformanceCase {
  return conformanceCase(`refuses ids and kinds ${what}`, async ({ journal, threadId }) => {
    for (const id of ids) {
      const path = { path: 'threadId' };
      await refuses(() => journal.append(id, [{}]), 'invalid_id', path);
      await refuses(() => journal.load(id), 'invalid_id', path);
      await refuses(() => journal.head(id), 'invalid_id', path);
      await refuses(() => take(journal.read(id)), 'invalid_id', path);
      await refuses(() => journal.delete(id), 'invalid_id', path);
      await refuses(() => journal.append(threadId, [{}, { id }]), 'invalid_id', { path: 'entries[1].id' });
      await refuses(() => journal.append(threadId, [{}, { kind: id }]), 'invalid_id', { path: 'entries[1].kind' });
    }
    await absent(journal, threadId);
  });
}

export const idCases: readonly ConformanceCase[] = [
  ...Object.entries(unstorable).map(([what, ids]) => refusesIds(what, ids)),
  conformanceCase('takes ids up to 255 bytes', async ({ journal, threadId }) => {
    const fill = (text: string) => threadId + text.repeat(255).slice(0, 255 - threadId.length);
    const longest = [fill('x'), `${threadId}${'é'.repeat(107)}`];
    for (const id of longest) {
      await journal.append(id, [{ id: 'é'.repeat(127), kind: '😀'.repeat(63) }]);
      assert.equal((await loaded(journal, id)).entries[0]?.id, 'é'.repeat(127));
    }
    assert.equal(Buffer.byteLength(longest[0] ?? ''), 255);
  }),
  conformanceCase(
    'takes ids that differ by case, space, width or normalisation for different threads',
    async ({ journal, threadId }) => {
      const ids = [
        'a',
        'A',
        'a ',
        ' a',
        '\u00e9',
        'e\u0301',
        'ß',
        'ss',
        'ａ',
        'ﬁ',
        'fi',
        '1',
        '01',
        '1.0',
        'a\u200b',
      ].map(suffix => `${threadId}${suffix}`);
      for (const [n, id] of ids.entries()) await journal.append(id, [{ payload: { n } }], { expectedRev: 0 });
      const payloads = await Promise.all(
        ids.map(async id => (await loaded(journal, id)).entries.map(e => e.payload['n'])),
      );
      assert.deepEqual(
        payloads,
        range(0, ids.length).map(n => [n]),
      );
    },
  ),
];
