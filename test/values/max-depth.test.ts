import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue, MAX_DEPTH } from '../../src/values/index.ts';
import { limitOf, nested, type Wrap } from './limit-of.ts';
import { limits } from './limits-for-tests.ts';
import { sameValue } from './same-value.ts';

const wraps: readonly [string, Wrap][] = [
  ['objects', inner => ({ inner })],
  ['arrays', inner => [inner]],
  ['maps', inner => new Map([[0, inner]])],
  ['map keys', inner => new Map([[inner, 0]])],
  ['sets', inner => new Set([inner])],
  ['objects without a prototype', inner => Object.assign(Object.create(null), { inner })],
];

describe('maxDepth', () => {
  it.each(wraps)('is the number of %s that may be inside one another', (_, wrap) => {
    const value = nested(wrap, 256);
    expect(sameValue(decodeValue(encodeValue(value, 'v', limits)), value)).toBe(true);
    expect(limitOf(wrap(value))).toMatchObject({ limit: 'maxDepth', max: 256, path: expect.stringMatching(/^v./) });
  });

  it.each(wraps)('can be raised to what JSON and devalue bear, and no further: %s', (_, wrap) => {
    const value = nested(wrap, MAX_DEPTH);
    const raised = { ...limits, maxDepth: 1e9 };
    expect(decodeValue(encodeValue(value, 'v', raised))).toBeDefined();
    expect(limitOf(wrap(value), raised)).toMatchObject({ limit: 'maxDepth', max: MAX_DEPTH });
  });

  it.each(wraps)('refuses a million %s inside one another without exhausting the stack', (_, wrap) => {
    expect(limitOf(nested(wrap, 1e6))).toMatchObject({ limit: 'maxDepth' });
  });
});
