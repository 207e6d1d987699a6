import { expect } from 'vitest';
import { InvalidValueError, LimitExceededError } from '../../src/errors.ts';
import { encodeValue, type ValueLimits } from '../../src/values/index.ts';
import { limits } from './limits-for-tests.ts';

/** The limit that `act` must find exceeded. */
export function limitOf(
  value: unknown,
  under: ValueLimits = limits,
  act: typeof encodeValue = encodeValue,
): LimitExceededError {
  try {
    act(value, 'v', under);
  } catch (error) {
    if (error instanceof LimitExceededError && !(error instanceof InvalidValueError)) return error;
    throw error;
  }
  return expect.fail('no limit was exceeded');
}

export type Wrap = (inner: unknown) => unknown;

/** Containers inside one another, so many deep. */
export function nested(wrap: Wrap, depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
}
