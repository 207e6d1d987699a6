import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors.ts';
import { checkInteger } from '../../src/values/index.ts';

const refused: readonly [string, unknown, number | undefined, RegExp][] = [
  ['a fraction', 1.5, undefined, /integer/],
  ['NaN', Number.NaN, undefined, /integer/],
  ['Infinity', Number.POSITIVE_INFINITY, undefined, /integer/],
  ['2^53', 2 ** 53, undefined, /exactly/],
  ['-2^53', -(2 ** 53), undefined, /exactly/],
  ['less than the least', -1, 0, /at least 0/],
  ['a string', '1', 0, /not a string/],
  ['a boxed number', Object(1), 0, /not an instance of Number/],
  ['a bigint', 1n, 0, /not a bigint/],
  ['an array', [1], 0, /not an array/],
  ['an object', { valueOf: () => 1 }, 0, /not an object/],
  ['null', null, 0, /not null/],
  ['undefined', undefined, 0, /not undefined/],
];

describe('checkInteger', () => {
  it.each([0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])('takes %d as it is', value => {
    expect(checkInteger(value, 'at')).toBe(value);
  });

  it('takes the least', () => {
    expect(checkInteger(3, 'at', 3)).toBe(3);
  });

  it('makes -0 a 0', () => {
    expect(Object.is(checkInteger(-0, 'at', 0), 0)).toBe(true);
  });

  it.each(refused)('refuses %s', (_, value, min, reason) => {
    const act = (): number => checkInteger(value, 'limit', min);
    expect(act).toThrow(InvalidArgumentError);
    expect(act).toThrow(reason);
    expect(act).toThrow(expect.objectContaining({ argument: 'limit' }));
  });
});
