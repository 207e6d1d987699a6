import { expect } from 'vitest';
import { InvalidValueError } from '../../src/errors.ts';

/** The refusal that `act` must end in. */
export function refusalOf(act: () => unknown): InvalidValueError {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidValueError) return error;
    throw error;
  }
  return expect.fail('it was not refused');
}
