import { InvalidArgumentError, InvalidIdError } from '../errors.ts';
import { describe } from './describe.ts';

const MAX_ID_BYTES = 255;
/** UTF-8 takes at most three bytes for a UTF-16 unit, so an id this short needs no counting. */
const SURELY_SHORT = MAX_ID_BYTES / 3;
/** C0, DEL and C1: exactly Unicode's category Cc. */
const CONTROL = /\p{Cc}/u;

/**
 * An id, kind or name that both databases hold unchanged: a string of 1 to 255 UTF-8 bytes, well-formed, without NUL or
 * other control characters. Anything but a string: `InvalidArgumentError`; any other string: `InvalidIdError`.
 */
export function checkId(value: unknown, path: string): string {
  if (typeof value !== 'string') {
    throw new InvalidArgumentError({ argument: path, reason: `must be a string, not ${describe(value)}` });
  }
  const reason = fault(value);
  if (reason !== undefined) throw new InvalidIdError({ path, reason });
  return value;
}

function fault(id: string): string | undefined {
  if (id === '') return 'must not be empty';
  if (id.length > MAX_ID_BYTES || (id.length > SURELY_SHORT && Buffer.byteLength(id) > MAX_ID_BYTES)) {
    return `must not be longer than ${MAX_ID_BYTES} bytes in UTF-8`;
  }
  if (!id.isWellFormed()) return 'must not hold a lone surrogate: databases would make different ids the same';
  if (CONTROL.test(id)) return 'must not hold NUL or another control character';
  return undefined;
}
