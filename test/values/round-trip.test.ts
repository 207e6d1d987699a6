import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeObject, decodeValue, encodeObject, encodeValue } from '../../src/values/index.ts';
import { closedSetObject, closedSetValue, plainJsonObject } from './closed-set.ts';
import { limits } from './limits-for-tests.ts';
import { sameValue } from './same-value.ts';

const runs = { numRuns: 2000 };

describe('encode and decode', () => {
  it('gives back every value of the closed set as it was', () => {
    const property = fc.property(closedSetValue, value =>
      sameValue(decodeValue(encodeValue(value, 'v', limits)), value),
    );
    fc.assert(property, runs);
  });

  it('gives back every payload of the closed set as it was', () => {
    const property = fc.property(closedSetObject, value =>
      sameValue(decodeObject(encodeObject(value, 'v', limits)), value),
    );
    fc.assert(property, runs);
  });

  it('gives back every plain JSON object as it was, own __proto__ included', () => {
    const property = fc.property(plainJsonObject, value =>
      sameValue(decodeObject(encodeObject(value, 'v', limits)), value),
    );
    fc.assert(property, runs);
  });

  it('would notice a value that JSON changes', () => {
    const property = fc.property(closedSetObject, value => sameValue(JSON.parse(JSON.stringify(value)), value));
    expect(() => fc.assert(property, runs)).toThrow();
  });

  it('gives equal values equal texts, also when parts are shared in one and not in the other', () => {
    const property = fc.property(closedSetValue, value => {
      const shared = encodeValue({ a: value, b: value }, 'v', limits);
      const copied = encodeValue({ a: decodeValue(encodeValue(value, 'v', limits)), b: value }, 'v', limits);
      return shared === copied;
    });
    fc.assert(property, runs);
  });

  it('gives back shared parts as parts of their own', () => {
    const part = { when: new Date(0) };
    const back = decodeObject(encodeObject({ a: part, b: part }, 'v', limits));
    expect(back).toEqual({ a: part, b: part });
    expect(back['a']).not.toBe(back['b']);
  });
});
