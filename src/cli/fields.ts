import { Problem } from './json.ts';

export type Json = Readonly<Record<string, unknown>>;

export function fields(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Problem(`${what} is not an object`);
}

export function list(line: Json, name: string): readonly unknown[] {
  const value = line[name];
  if (Array.isArray(value)) return value;
  throw new Problem(`${name} is not an array`);
}

/** A field we do not know is refused: dropping it would lose it in silence. */
export function onlyKnown(given: Json, known: readonly string[], path: string): void {
  const unknown = Object.keys(given).find(key => !known.includes(key));
  if (unknown === undefined) return;
  throw new Problem(
    `${path}${JSON.stringify(unknown)} is not a field here (${known.join(', ')}): put it in the payload`,
  );
}
