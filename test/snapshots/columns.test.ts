import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/index.ts';
import { prepareEntries, toEntry } from '../../src/journal/index.ts';
import { settingsOf } from '../../src/options.ts';
import { decodeBody, encodeBody, PACKED, PLAIN } from '../../src/snapshots/body.ts';
import { addEntries, textOf } from '../../src/snapshots/columns.ts';
import { closedSetObject } from '../values/closed-set.ts';
import { sameValue } from '../values/same-value.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(value => !/\p{Cc}/u.test(value));
const entry = fc.record({
  kind: fc.oneof(fc.constantFrom('message', 'note'), text),
  at: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 1_700_000_000_000)),
  payload: closedSetObject,
  refs: fc.oneof(fc.constant({}), closedSetObject),
});

const settings = settingsOf();
const stored = (entries: unknown) => prepareEntries(entries, settings).entries;

function unpacked(packed: string, count: number, fromSeq = 0): Entry[] {
  const entries: Entry[] = [];
  addEntries(packed, 't', fromSeq, count, entries);
  return entries;
}

test('any entries come back from a segment as they come back from rows, in either format', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), fc.nat(1_000), async (entries, fromSeq) => {
      const rows = stored(entries);
      const packed = textOf(rows);
      for (const format of [PLAIN, PACKED] as const) {
        const back = unpacked(decodeBody(format, encodeBody(format, packed)), rows.length, fromSeq);
        const wanted = rows.map((row, index) => toEntry('t', fromSeq + index, row));
        expect(sameValue(back, wanted)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('times whose difference is not exact come back exactly', () => {
  const at = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -1, Number.MAX_SAFE_INTEGER, 1];
  const rows = stored(at.map(time => ({ at: time })));
  expect(unpacked(textOf(rows), rows.length).map(each => each.at)).toEqual(at);
});

describe('what cannot be decoded is not packed', () => {
  test.each(['{"a":', '{"a":1},{"b":2}', '{}],"x":[{}', '', 'null', '[1]', '{"a":1}x', '[[]]'])('%j', damaged => {
    const [row] = stored([{}]);
    if (row === undefined) throw new Error('no entry');
    expect(() => textOf([{ ...row, payload: damaged }])).toThrow();
    expect(() => textOf([{ ...row, refs: damaged }])).toThrow();
  });
});

test('a text of more or fewer entries than the segment has is refused', () => {
  const rows = stored([{}, {}, {}]);
  for (const count of [0, 2, 4]) expect(() => unpacked(textOf(rows), count)).toThrow();
  expect(unpacked(textOf(rows), 3)).toHaveLength(3);
});

test('a body that was cut or garbled is refused', async () => {
  const body = encodeBody(PACKED, textOf(stored(Array.from({ length: 50 }, (_, n) => ({ payload: { n } })))));
  for (const garbled of ['', ':', body.slice(0, 40), body.replace(/^\d+/, '70'), body.replace(/^\d+/, '0')]) {
    expect(() => decodeBody(PACKED, garbled)).toThrow();
  }
});
