import { describe, expect, it } from 'vitest';
import { sameValue } from './same-value.ts';

class Point {}

const equal: readonly [string, () => unknown][] = [
  ['numbers', () => [1, -0, Number.NaN, Number.POSITIVE_INFINITY]],
  ['strings and bigints', () => ['a', 1n, null, undefined, true]],
  ['nested objects', () => ({ a: { b: [1, { c: 2 }] } })],
  ['dates, patterns and addresses', () => [new Date(0), new Date(Number.NaN), /a/gi, new URL('http://a.b/?c')]],
  ['maps and sets', () => [new Map<unknown, unknown>([[{ a: 1 }, 1]]), new Set([{ a: 1 }, Number.NaN])]],
  ['bytes', () => [new Uint8Array([1, 2]), new Float64Array([-0, Number.NaN]), new Uint8Array([3]).buffer]],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is meant
  ['holes', () => [1, , 3]],
];

const different: readonly [string, unknown, unknown][] = [
  ['0 and -0', 0, -0],
  ['1 and 1n', 1, 1n],
  ['null and undefined', null, undefined],
  ['an absent and an undefined property', {}, { a: undefined }],
  ['key order', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ['prototypes', {}, Object.create(null)],
  ['a class', {}, new Point()],
  ['a hole and undefined', new Array(1), [undefined]],
  ['array lengths', [1], [1, 2]],
  ['an extra property of an array', [1], Object.assign([1], { a: 1 })],
  ['an extra property of a date', new Date(0), Object.assign(new Date(0), { a: 1 })],
  ['dates', new Date(0), new Date(1)],
  ['a date and an invalid date', new Date(0), new Date(Number.NaN)],
  ['flags', /a/g, /a/i],
  ['sources', /a/, /b/],
  ['lastIndex', /a/g, Object.assign(/a/g, { lastIndex: 1 })],
  ['addresses', new URL('http://a.b'), new URL('http://a.c')],
  ['map order', new Map([[1, 1]]).set(2, 2), new Map([[2, 2]]).set(1, 1)],
  ['map values', new Map([[1, 1]]), new Map([[1, 2]])],
  ['map keys', new Map([[{ a: 1 }, 1]]), new Map([[{ a: 2 }, 1]])],
  ['set order', new Set([1, 2]), new Set([2, 1])],
  ['types of typed arrays', new Uint8Array(1), new Int8Array(1)],
  ['a Buffer and a Uint8Array', Buffer.from([1]), new Uint8Array([1])],
  ['elements', new Float64Array([0]), new Float64Array([-0])],
  ['buffers', new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
];

describe('sameValue', () => {
  it.each(equal)('holds equal %s to be the same', (_, make) => {
    expect(sameValue(make(), make())).toBe(true);
  });

  it.each(different)('tells apart %s', (_, left, right) => {
    expect(sameValue(left, right)).toBe(false);
    expect(sameValue({ deep: [left] }, { deep: [right] })).toBe(false);
  });
});
