import { stringify } from 'devalue';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeObject, decodeValue, encodeObject, encodeValue } from '../../src/values/index.ts';
import { closedSetValue, plainJsonObject } from './closed-set.ts';
import { limits } from './limits-for-tests.ts';
import { sameValue } from './same-value.ts';

const encode = (value: unknown): string => encodeValue(value, 'v', limits);
const bytes = new Uint8Array([1, 2, 3, 4]);

/** The texts are in people's databases: a change of any of them is a change of the stored format. */
const texts: readonly [string, unknown, string][] = [
  ['an empty object', {}, '{}'],
  ['a plain JSON object', { b: [1, 'x', true, null], a: { c: 1.5 } }, '{"b":[1,"x",true,null],"a":{"c":1.5}}'],
  ['NUL and lone surrogates in JSON', { '\0': '\ud800' }, '{"\\u0000":"\\ud800"}'],
  ['NUL and lone surrogates in the rich form', ['\0\udfff'], '[[1],"\\u0000\\udfff"]'],
  ['a string', 'x', '["x"]'],
  ['a string that looks like JSON', '{"a":1}', '["{\\"a\\":1}"]'],
  ['a number', 5, '[5]'],
  ['a boolean', false, '[false]'],
  ['null', null, '[null]'],
  ['undefined', undefined, '-1'],
  ['NaN', Number.NaN, '-3'],
  ['Infinity', Number.POSITIVE_INFINITY, '-4'],
  ['-Infinity', Number.NEGATIVE_INFINITY, '-5'],
  ['-0', -0, '-6'],
  ['an array', [1, 1, 'a', 'a'], '[[1,1,2,3],1,"a","a"]'],
  ['an undefined property', { a: undefined }, '[{"a":-1}]'],
  ['-0 deep inside', { a: [-0] }, '[{"a":1},[-6]]'],
  ['holes', [new Array(2)], '[[1],[-2,-2]]'],
  ['a bigint', 12n, '[["BigInt","12"]]'],
  ['a date', new Date(0), '[["Date","1970-01-01T00:00:00.000Z"]]'],
  ['an invalid date', new Date(Number.NaN), '[["Date",""]]'],
  ['a map', new Map<unknown, unknown>([['k', new Set([1])]]), '[["Map",1,2],"k",["Set",3],1]'],
  ['a pattern', /a\/b/gi, '[["RegExp","a\\\\/b","gi"]]'],
  ['an address', new URL('http://a.b/c?d#e'), '[["URL","http://a.b/c?d#e"]]'],
  ['a buffer', bytes.buffer, '[["ArrayBuffer","AQIDBA=="]]'],
  ['a view of a part', bytes.subarray(1, 3), '[["Uint8Array",1],["ArrayBuffer","AgM="]]'],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '[["null","a",1],1]'],
];

describe('the stored text', () => {
  it.each(texts)('of %s is as it has always been', (_, value, text) => {
    expect(encode(value)).toBe(text);
    expect(sameValue(decodeValue(text), value)).toBe(true);
  });

  it('is JSON for every plain JSON object, so that SQL tools can read it', () => {
    fc.assert(fc.property(plainJsonObject, value => encode(value) === JSON.stringify(value)));
  });

  it('begins with { for a plain JSON object and for nothing else', () => {
    const property = fc.property(closedSetValue, value => {
      const text = encode(value);
      return text.startsWith('{') === isPlainJson(value) && /^[{[-]/.test(text);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('holds no NUL and no lone surrogate, whatever the strings, keys and patterns are', () => {
    const property = fc.property(closedSetValue, value => {
      const text = encode(value);
      return !text.includes('\0') && text.isWellFormed();
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('keeps an own __proto__ of plain JSON as an own property', () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true},"a":[{"__proto__":1}]}');
    const back = decodeObject(encodeObject(value, 'v', limits));
    expect(Object.keys(back)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect('admin' in back).toBe(false);
  });

  it('holds only the bytes that a view shows, where devalue alone writes the whole buffer', () => {
    const pool = new TextEncoder().encode('secret!secret!secret!');
    const view = pool.subarray(0, 3);
    const leaked = Buffer.from(pool).toString('base64');
    expect(encode({ view })).not.toContain(leaked.slice(4));
    expect(stringify({ view })).toContain(leaked.slice(4));
    const back = decodeObject(encode({ view }))['view'];
    expect(back).toEqual(view);
    expect((back as Uint8Array).buffer.byteLength).toBe(3);
  });
});

function isPlainJson(value: unknown): boolean {
  try {
    const plain = Object.getPrototypeOf(value) === Object.prototype;
    return plain && sameValue(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}
