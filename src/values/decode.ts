import { parseRich } from './parse-rich.ts';
import { isPlainObject } from './tags.ts';

/**
 * The value of a stored text. Whatever the text is, this builds values of the closed set only, each in one place, and
 * runs no code. `SyntaxError` if that cannot be done; the error shows nothing of the text.
 */
export function decodeValue(text: string): unknown {
  try {
    return text.startsWith('{') ? JSON.parse(text) : parseRich(text);
  } catch {
    // The engine's and devalue's messages quote the text, and this one may end up in a log as a cause.
    throw new SyntaxError('The stored text is not of a value that a journal can hold.');
  }
}

/** The same, for what was stored as a plain object; anything else is a `TypeError`. */
export function decodeObject(text: string): Readonly<Record<string, unknown>> {
  const value = decodeValue(text);
  if (isPlainObject(value)) return value;
  throw new TypeError('The stored value is not a plain object.');
}
