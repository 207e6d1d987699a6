/** What is wrong with a line, before its number is put in front. */
export class Problem extends Error {}

/**
 * `JSON.parse` whose errors hold no text of the line (the engine's own quote it), and which refuses integers that a
 * double would change in silence (ids of other systems, mostly).
 */
export function parseJson(text: string): unknown {
  try {
    return MAYBE_INEXACT.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem(placeOf(error.message, text.length));
    if (error instanceof RangeError) throw new Problem('is nested too deep');
    throw error;
  }
}

/** Sixteen digits or an exponent, anywhere: only such a line pays for a look at every number. */
const MAYBE_INEXACT = /\d{16}|\de/i;

function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const { source } = context;
  if (!Number.isFinite(value)) throw new Problem('holds a number that is too large: write it as a string');
  if (!/^-?\d+$/.test(source) || String(value) === source || Object.is(value, -0)) return value;
  if (BigInt(value) === BigInt(source)) return value;
  throw new Problem('holds an integer that JSON numbers cannot keep exactly (over 2^53): write it as a string');
}

function placeOf(message: string, length: number): string {
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? Number.NaN);
  if (position >= length || /^Unexpected end|^Unterminated/.test(message))
    return 'is not whole JSON: it ends too early';
  return Number.isNaN(position) ? 'is not JSON' : `is not JSON (at character ${position + 1})`;
}
