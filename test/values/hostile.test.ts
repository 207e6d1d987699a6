import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidValueError, LimitExceededError } from '../../src/errors.ts';
import { decodeValue, encodeValue } from '../../src/values/index.ts';
import { anyString } from './closed-set.ts';
import { limits } from './limits-for-tests.ts';
import { sameValue } from './same-value.ts';

class Point {
  x = 1;
}

const outsider = fc.constantFrom<unknown>(
  () => 1,
  Symbol('s'),
  new Point(),
  Object(1),
  Buffer.from('b'),
  new Error('e'),
  Object.defineProperty({}, 'a', { get: () => 1, enumerable: true }),
  Object.defineProperty({}, 'a', { value: 1, enumerable: false }),
  Object.assign([1], { a: 1 }),
  Object.assign(new Date(0), { a: 1 }),
  new Proxy({}, {}),
  Object.setPrototypeOf([1], null),
  Object.setPrototypeOf(new Map([[1, 1]]), Object.prototype),
);

const hostile = fc.oneof(
  fc.anything({
    key: fc.oneof(anyString, fc.constantFrom('__proto__', 'toJSON', 'then')),
    maxDepth: 4,
    values: [
      fc.integer(),
      fc.double(),
      anyString,
      fc.bigInt(),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      outsider,
    ],
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  outsider,
);

describe('any value at all', () => {
  it('is kept unchanged, or refused with a path', () => {
    const outcomes = { kept: 0, refused: 0 };
    const property = fc.property(hostile, value => {
      const text = encodedOrRefused({ found: [value] });
      if (text === undefined) outcomes.refused += 1;
      else outcomes.kept += 1;
      return text === undefined || sameValue(decodeValue(text), { found: [value] });
    });
    fc.assert(property, { numRuns: 5000 });
    // The control: a test in which everything is refused, or nothing, would say little.
    expect(outcomes.kept).toBeGreaterThan(500);
    expect(outcomes.refused).toBeGreaterThan(500);
  });
});

function encodedOrRefused(value: unknown): string | undefined {
  try {
    return encodeValue(value, 'v', limits);
  } catch (error) {
    if (!(error instanceof InvalidValueError || error instanceof LimitExceededError)) throw error;
    expect(error.path).toMatch(/^v\.found\[0\]/);
    return undefined;
  }
}
