import { validate, version } from 'uuid';
import { expect, test } from 'vitest';
import { newUuid } from '../../src/values/index.ts';

test('ids are UUIDv7s, each above all before it, also many in one millisecond', () => {
  const ids = Array.from({ length: 20_000 }, newUuid);
  expect(ids.every(id => validate(id) && version(id) === 7)).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids)).toHaveProperty('size', ids.length);
});
