import { hash } from 'node:crypto';
import { InvalidArgumentError, InvalidValueError, LimitExceededError } from '../errors.ts';
import { encodeValue } from '../values/index.ts';

/** What a checkpoint is kept under. Property order does not matter, and `-0` is `0`. At most 1,024 bytes as JSON. */
export type CheckpointKey =
  | string
  | number
  | boolean
  | readonly CheckpointKey[]
  | { readonly [name: string]: CheckpointKey };

/** A key as it is stored. */
export interface StoredKey {
  /** JSON with the properties in order: equal keys have equal texts. */
  readonly text: string;
  readonly hash: string;
}

const MAX_BYTES = 1_024;
const LIMITS = { maxDepth: 32, maxBytes: 4 * MAX_BYTES };
const MADE_OF = 'a key is made of strings, finite numbers, booleans, and arrays and plain objects of them';

/** @throws InvalidValueError for what is no key, with the path to it. */
export function storedKey(key: unknown): StoredKey {
  const text = keyText(key, 'key');
  return { text, hash: hash('sha256', text, 'hex') };
}

/**
 * How the texts of the wanted keys begin: those that start with a string, or arrays that start with these elements.
 * Keys with the same beginning stand together in the order of their bytes.
 */
export function beginnings(prefix: unknown): readonly string[] {
  if (prefix === undefined) return [''];
  if (typeof prefix === 'string') return [keyText(prefix, 'prefix').slice(0, -1)];
  if (!Array.isArray(prefix)) {
    throw new InvalidArgumentError({ argument: 'prefix', reason: 'must be a string, or the first elements of a key' });
  }
  const text = keyText(prefix, 'prefix').slice(0, -1);
  return prefix.length === 0 ? [text] : [`${text},`, `${text}]`];
}

function keyText(key: unknown, path: string): string {
  const tooLong = new InvalidValueError({ path, reason: `must not take more than ${MAX_BYTES} bytes as JSON` });
  try {
    // Refuses getters, proxies, instances and cycles, so that what follows reads plain data.
    encodeValue(key, path, LIMITS);
  } catch (error) {
    throw error instanceof LimitExceededError && error.limit === 'maxEntryBytes' ? tooLong : error;
  }
  const text = canonical(key, path);
  if (Buffer.byteLength(text) > MAX_BYTES) throw tooLong;
  return text;
}

function canonical(value: unknown, path: string): string {
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (element, index) => canonical(element, `${path}[${index}]`)).join(',')}]`;
  }
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) throw new InvalidValueError({ path, reason: MADE_OF });
  const properties = Object.entries(value as object).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${properties.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part, `${path}.${name}`)}`).join(',')}}`;
}
