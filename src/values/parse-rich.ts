import { type ViewTag as AnyViewTag, type ParseOperations, parse, type StringValueTag } from 'devalue';
import { newView } from './views.ts';

type Place = <T>(value: T) => T;

/**
 * Reads devalue's text, but only what `stringifyRich` writes: devalue would also revive boxed primitives,
 * URLSearchParams, DataView, Float16Array and Temporal, cycles and shared parts, and arrays of any claimed length.
 */
export function parseRich(text: string): unknown {
  const placed = new Set<unknown>();
  const place: Place = value => {
    if (typeof value !== 'object' || value === null) return value;
    if (placed.has(value)) refuse();
    placed.add(value);
    return value;
  };
  const root: unknown = parse(text, undefined, { operations: operationsWith(place) });
  // Each object in one place, and the root in none: that is a tree.
  place(root);
  return root;
}

function operationsWith(place: Place): Partial<ParseOperations> {
  return {
    set: (target, key, value) => {
      target[key] = place(value);
    },
    addValue: (set, value) => set.add(place(value)),
    addEntry: (map, key, value) => map.set(place(key), place(value)),
    fromISOString: text => new Date(stringOf(text)),
    fromRegExpInfo: (source, flags) => new RegExp(stringOf(source), stringOf(flags ?? '')),
    fromStringValue,
    fromViewInfo: (tag, buffer, offset) => viewOf(tag, place(buffer), offset),
    box: refuse,
    createSparseArray: refuse,
  };
}

function fromStringValue(tag: StringValueTag, text: unknown): URL {
  return tag === 'URL' ? new URL(stringOf(text)) : refuse();
}

function viewOf(tag: AnyViewTag, buffer: object, offset: unknown): unknown {
  if (tag === 'DataView' || tag === 'Float16Array' || offset !== undefined) return refuse();
  return newView(tag, buffer);
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : refuse();
}

function refuse(): never {
  throw new SyntaxError('not a form that is ever written');
}
