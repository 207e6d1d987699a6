import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeValue } from '../../src/values/index.ts';
import { inspect } from '../../src/values/inspect.ts';
import { closedSetValue } from './closed-set.ts';
import { limitOf, nested } from './limit-of.ts';
import { limits } from './limits-for-tests.ts';
import { refusalOf } from './refusal-of.ts';

describe('maxBytes', () => {
  it('is exact: the text may have so many bytes and not one more', () => {
    const property = fc.property(closedSetValue, value => {
      const text = encodeValue(value, 'v', limits);
      const maxBytes = Buffer.byteLength(text);
      expect(encodeValue(value, 'v', { ...limits, maxBytes })).toBe(text);
      expect(limitOf(value, { ...limits, maxBytes: maxBytes - 1 })).toMatchObject({
        limit: 'maxEntryBytes',
        max: maxBytes - 1,
        path: 'v',
      });
    });
    fc.assert(property, { numRuns: 2000 });
  });

  const tight: readonly unknown[] = [
    { a: 1, b: 2, c: 3 },
    { a: { b: { c: [1, 2, [], {}, ''] } } },
    ['x', 'x', 'x'].map(letter => letter.repeat(1000)),
    [1n, 1n, 1n].map(one => one << 400n),
    new Map(['a', 'b', 'c'].map(letter => [letter, 0])),
    new Set([0, 1, 2]),
    { bytes: new Uint8Array(3), more: new ArrayBuffer(3) },
  ];

  it.each(tight)('is exact where every byte is foreseen: %o', value => {
    const text = encodeValue(value, 'v', limits);
    expect(encodeValue(value, 'v', { ...limits, maxBytes: text.length })).toBe(text);
  });

  it('counts UTF-8, and the escapes of what cannot be stored raw', () => {
    expect(encodeValue({ a: 'é' }, 'v', { ...limits, maxBytes: 10 })).toBe('{"a":"é"}');
    expect(limitOf({ a: 'é' }, { ...limits, maxBytes: 9 })).toMatchObject({ limit: 'maxEntryBytes' });
    expect(limitOf({ a: '\0' }, { ...limits, maxBytes: 10 })).toMatchObject({ limit: 'maxEntryBytes' });
  });

  const huge: readonly [string, unknown][] = [
    ['a string of 16 Mi', 'x'.repeat(2 ** 24)],
    ['a property name of 16 Mi', { ['x'.repeat(2 ** 24)]: 1 }],
    ['a billion holes', new Array(1e9)],
    ['a billion holes with something in them', Object.assign(new Array(1e9), { 5: 1 })],
    ['16 Mi bytes', new Uint8Array(2 ** 24)],
    ['a buffer of 16 Mi', new ArrayBuffer(2 ** 24)],
    ['a bigint of a billion bits', 1n << 1_000_000_000n],
    ['a negative bigint of a billion bits', -(1n << 1_000_000_000n)],
    ['many large bigints', new Array(1000).fill(1n << 100_000n)],
    ['an array shared 2^24 times over', nested(inner => [inner, inner], 24)],
    ['an object shared 2^24 times over', nested(a => ({ a, b: a }), 24)],
    ['a map shared 2^24 times over', nested(a => new Map([[1, a]]).set(2, a), 24)],
    ['a million entries of a map', new Map(Array.from({ length: 1e6 }, (_, index) => [index, 1]))],
    ['a million elements of a set', new Set(Array.from({ length: 1e6 }, (_, index) => index))],
    ['an address of 2 Mi', new URL(`http://a/${'x'.repeat(2 ** 21)}`)],
    ['a pattern of 2 Mi', new RegExp('x'.repeat(2 ** 21))],
  ];

  it.each(huge)('stops at %s before anything is encoded', (_, value) => {
    expect(limitOf({ value }, limits, inspect)).toMatchObject({
      limit: 'maxEntryBytes',
      max: limits.maxBytes,
      path: 'v',
    });
  });

  it('names the cycle, not the limit, when that is why a value has no end', () => {
    const wide: Record<string, unknown> = { filler: 'x'.repeat(300_000) };
    wide['list'] = [new Map([['back', wide]])];
    expect(refusalOf(() => encodeValue(wide, 'v', limits))).toMatchObject({
      path: 'v.list[0].values()[0]',
      reason: 'is cyclic: it leads back to v',
    });
    wide['list'] = [new Map([['back', { filler: wide['filler'] }]])];
    expect(encodeValue(wide, 'v', limits).length).toBeGreaterThan(600_000);
  });
});
