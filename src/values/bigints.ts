import type { Walk } from './walk.ts';

const BITS_PER_DIGIT = Math.log2(10);

/**
 * Counts a bigint's digits without writing them: decimal digits cost more than linear time (a million: 0.2 s), so a huge
 * one is weighed by its bits, and others by their hexadecimal digits, of which there are never more.
 */
export function visitBigint(walk: Walk, value: bigint): void {
  walk.rich = true;
  const bits = Math.ceil(walk.bytesLeft * BITS_PER_DIGIT) + 1;
  if (BigInt.asIntN(Math.min(bits, Number.MAX_SAFE_INTEGER), value) !== value) throw walk.tooLarge();
  if (BigInt.asIntN(64, value) !== value) walk.spend(value.toString(16).length);
}
