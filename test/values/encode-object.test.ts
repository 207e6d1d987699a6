import { describe, expect, it } from 'vitest';
import { decodeValue, encodeObject } from '../../src/values/index.ts';
import { limits } from './limits-for-tests.ts';
import { refusalOf } from './refusal-of.ts';
import { sameValue } from './same-value.ts';

describe('encodeObject', () => {
  class Point {}
  const notPlain: readonly [string, unknown][] = [
    ['null', null],
    ['undefined', undefined],
    ['a string', 's3cret'],
    ['a number', 42],
    ['a bigint', 42n],
    ['a symbol', Symbol('s3cret')],
    ['a function', () => 1],
    ['an array', ['s3cret']],
    ['an instance of Map', new Map()],
    ['an instance of Date', new Date(0)],
    ['an instance of Point', new Point()],
    ['an instance of String', Object('s3cret')],
    ['a Proxy', new Proxy({}, {})],
  ];

  it.each(notPlain)('says that it was given %s', (what, value) => {
    const { path, message } = refusalOf(() => encodeObject(value, 'payload', limits));
    expect({ path, message }).toEqual({ path: 'payload', message: `payload: must be a plain object, not ${what}` });
  });

  it('takes an object without a prototype, and gives back one', () => {
    const value = Object.assign(Object.create(null), { a: 1 });
    expect(sameValue(decodeValue(encodeObject(value, 'payload', limits)), value)).toBe(true);
  });
});
