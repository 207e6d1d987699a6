import type { Frame } from './frame.ts';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const LONGEST_KEY = 64;
const LONGEST_PATH = 400;

/**
 * Where the walk stands, as one would write it: `payload.tags[3]`, `payload["a b"]`, `payload.map.keys()[0]`. Property
 * names are shown, shortened where they are long; values, map keys included, never are.
 */
export function pathOf(root: string, frames: readonly Frame[], key?: string): string {
  const path = root + frames.map(segment).join('') + (key === undefined ? '' : property(key));
  if (path.length <= LONGEST_PATH) return path;
  return `${path.slice(0, LONGEST_PATH - 100)} … ${path.slice(-100)}`.toWellFormed();
}

function segment({ tag, parts, at }: Frame): string {
  if (at < 0) return '';
  switch (tag) {
    case 'Object':
    case 'null':
      return property(String(parts[at]));
    case 'Array':
      return `[${at}]`;
    case 'Map':
      return `.${at % 2 === 0 ? 'keys' : 'values'}()[${Math.floor(at / 2)}]`;
    case 'Set':
      return `.values()[${at}]`;
    default:
      return tag satisfies never;
  }
}

function property(key: string): string {
  const shown = key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key;
  return IDENTIFIER.test(shown) ? `.${shown}` : `[${JSON.stringify(shown)}]`;
}
