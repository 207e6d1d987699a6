import { InvalidValueError, LimitExceededError } from '../errors.ts';
import { describe } from './describe.ts';
import { inspect } from './inspect.ts';
import type { ValueLimits } from './limits.ts';
import { stringifyRich } from './rich.ts';
import { isPlainObject } from './tags.ts';

/**
 * The stored text of any value of the closed set: JSON for a plain object that is wholly plain JSON (it begins with `{`,
 * and SQL tools can read it), devalue's for everything else. Equal values have equal texts.
 *
 * Anything else is refused before it is encoded: `InvalidValueError` with the path to what cannot be stored,
 * `LimitExceededError` for what is too deep or too large.
 */
export function encodeValue(value: unknown, path: string, limits: ValueLimits): string {
  const form = inspect(value, path, limits);
  const text = form === 'json' ? stringifyJson(value, path) : stringifyRich(value);
  if (longerThan(text, limits.maxBytes)) {
    throw new LimitExceededError({ path, limit: 'maxEntryBytes', max: limits.maxBytes });
  }
  return text;
}

/** The same for what must be a plain object at the top: a payload, refs, metadata. */
export function encodeObject(value: unknown, path: string, limits: ValueLimits): string {
  if (isPlainObject(value)) return encodeValue(value, path, limits);
  throw new InvalidValueError({ path, reason: `must be a plain object, not ${describe(value)}` });
}

function stringifyJson(value: unknown, path: string): string {
  if ('toJSON' in Array.prototype) {
    throw new InvalidValueError({
      path,
      reason: 'something put a toJSON on a built-in prototype, which would change it',
    });
  }
  return JSON.stringify(value);
}

/** UTF-8 takes at most three bytes for a UTF-16 unit: most texts need no counting. */
function longerThan(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}
