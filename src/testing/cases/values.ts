import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { loaded, sameInOrder, take } from '../expectations.ts';

/** Any of these, in a payload and in refs, comes back equal from append, load and read, and is known again. */
function keeps(what: string, value: unknown, labels: readonly string[] = []): ConformanceCase {
  return conformanceCase(
    `keeps ${what}`,
    async ({ journal, threadId }) => {
      const fields = { before: 1, value, list: [value], after: 'x' };
      const given = { id: 'kept', payload: fields, refs: fields };
      const result = await journal.append(threadId, [given, {}]);
      const all = [result.entries, (await loaded(journal, threadId)).entries, await take(journal.read(threadId))];
      for (const [entry] of all) {
        sameInOrder(entry?.payload, fields);
        sameInOrder(entry?.refs, fields);
      }
      assert.equal((await journal.append(threadId, [given])).created, false);
    },
    { labels },
  );
}

const sparse: unknown[] = [];
sparse[3] = 'x';
const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
const proto: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":null,"x":{"__proto__":2}}');
const bare: object = Object.assign(Object.create(null), { a: 1, b: [Object.create(null)] });

export const valueCases: readonly ConformanceCase[] = [
  keeps('null, true and false, in objects and in lists', { a: null, b: [null, true, false, null] }, ['F27']),
  keeps('integers to the last that a double holds', [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 64], ['F6']),
  keeps(
    'fractions and tiny and huge numbers',
    [0.1, -1.5, Math.PI, 5e-324, 1.7976931348623157e308, 1e21, 1e-7],
    ['F6'],
  ),
  keeps('-0 apart from 0', [-0, 0, { minus: -0, plus: 0 }]),
  keeps('NaN and both infinities', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  keeps('undefined apart from a missing key and from null', { a: undefined, b: null, c: [undefined, null] }),
  keeps('holes of arrays apart from undefined', { sparse, none: [undefined], many: new Array(20) }),
  keeps('bigints of any size', [0n, -1n, 10n, 2n ** 64n, -(2n ** 200n)]),
  keeps('empty strings, objects and lists', ['', {}, [], { '': '' }, [[]], [{}]]),
  keeps('NUL in strings and in keys', { text: 'a\u0000b', 'k\u0000': '\u0000', only: ['\u0000\u0000'] }),
  keeps(
    'control characters',
    Array.from({ length: 32 }, (_, code) => `<${String.fromCharCode(code)}\u007f\u0085>`),
  ),
  keeps('lone surrogates', ['\ud800', '\udc00', 'a\udfffb', '\udc00\ud800', { '\ud83d': '\ud83d\ude00\ud83d' }]),
  keeps('text of every script, joined emoji and BOM', [
    'grüße',
    'Ω你好あ',
    '👩‍👩‍👧‍👦',
    '\ufeffx',
    '\u2028\u2029',
    '\u{10ffff}',
  ]),
  keeps('NFC and NFD as they are', { nfc: '\u00e9', nfd: 'e\u0301', '\u00e9': 1, 'e\u0301': 2 }),
  keeps('quotes, backslashes and what looks like SQL or JSON', [
    '\'"`\\',
    "'; drop table x; --",
    '{"a":1}',
    '\\u0000',
    '%s$1?',
  ]),
  keeps('text that looks like the stored form', ['["Date","x"]', '-1', '[]', '{', '[{"value":1},5]']),
  keeps('the order of keys', { z: 1, a: 2, m: { y: 1, b: 2 }, 10: 'ten', 9: 'nine', A: 0 }),
  keeps('dates', [new Date(0), new Date(-1), new Date(8.64e15), new Date('2024-02-29T12:34:56.789Z')]),
  keeps(
    'maps with their order and with keys of any kind',
    new Map<unknown, unknown>([
      ['b', 1],
      ['a', { x: 1 }],
      [1, '1'],
      [null, undefined],
    ]),
  ),
  keeps('maps in maps and sets in sets', new Map([[new Map([[1, new Set([new Set(['x'])])]]), new Map()]])),
  keeps('sets with their order', new Set<unknown>(['z', 'a', 1, Number.NaN, undefined, null, -1n, { o: 1 }])),
  keeps('bytes', { all: bytes, none: new Uint8Array(), part: bytes.subarray(10, 20) }),
  keeps('typed arrays of integers', [
    new Int8Array([-1]),
    new Uint8ClampedArray([255]),
    new Int16Array([-2]),
    new Uint16Array([3]),
    new Int32Array([-4]),
    new Uint32Array([2 ** 32 - 1]),
  ]),
  keeps('typed arrays of floats and bigints', [
    new Float32Array([0.5, -0]),
    new Float64Array([Math.PI, Number.NaN]),
    new BigInt64Array([-(2n ** 63n)]),
    new BigUint64Array([2n ** 64n - 1n]),
  ]),
  keeps('array buffers', [bytes.slice().buffer, new ArrayBuffer(0), new ArrayBuffer(3)]),
  keeps('URLs', [new URL('https://user@example.org:8443/p?q=%20#h'), new URL('mailto:a@b.c'), new URL('data:,x')]),
  keeps('regular expressions with their flags', [/a\/b"c/giu, /(?<name>x)\n/dsy, /\u{1f600}/v, /(?:)/]),
  keeps('keys that are names of object members, own __proto__ included', proto),
  keeps('objects without a prototype', bare),
  keeps('keys with dots, spaces, quotes and emoji', { 'a.b': 1, ' ': 2, '"\'': 3, '🔑': 4, $ne: '', toJSON: 'x' }),
  keeps('an object that occurs twice, in both places', (shared => ({ a: shared, b: [shared, shared] }))({ x: [1] })),
  keeps('mixtures of plain and rich values', {
    json: { a: [1, 'x'] },
    rich: new Map([['when', { at: new Date(1), n: [10n] }]]),
  }),
];
