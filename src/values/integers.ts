import { InvalidArgumentError } from '../errors.ts';
import { describe } from './describe.ts';

/** A safe integer of at least `min` (default: any), or `InvalidArgumentError`. -0 comes back as 0. */
export function checkInteger(value: unknown, path: string, min: number = Number.MIN_SAFE_INTEGER): number {
  if (typeof value !== 'number') {
    throw new InvalidArgumentError({ argument: path, reason: `must be an integer, not ${describe(value)}` });
  }
  if (!Number.isSafeInteger(value)) {
    throw new InvalidArgumentError({ argument: path, reason: 'must be an integer that a double holds exactly' });
  }
  if (value < min) throw new InvalidArgumentError({ argument: path, reason: `must be at least ${min}` });
  return value + 0;
}
