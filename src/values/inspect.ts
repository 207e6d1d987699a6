import { types } from 'node:util';
import { InvalidValueError } from '../errors.ts';
import { visitBigint } from './bigints.ts';
import { childOf } from './child.ts';
import { openContainer } from './containers.ts';
import { advice, describe } from './describe.ts';
import { checkLeaf } from './leaves.ts';
import type { ValueLimits } from './limits.ts';
import { isContainer, isPlainObject, tagOf } from './tags.ts';
import { Walk } from './walk.ts';

/** `json` for a plain object of which JSON says all there is to say. */
export type Form = 'json' | 'rich';

const PROTO = 'an own property of this name can be stored only in a plain object that is wholly plain JSON';

/**
 * Decides, before anything is encoded, whether a value is of the closed set and within the limits, and in which form it
 * is stored; or throws. It reads by descriptor and never runs a getter, a trap or a `toJSON`, so nothing can change
 * between this and the encoding. Iterative: depth cannot exhaust the stack.
 *
 * Bytes: a slot (a property's, an element's) counts two, for its value and its comma; what a string, a name or a buffer
 * has beyond that counts where it is met. The sum is never more than the text will have.
 */
export function inspect(value: unknown, path: string, limits: ValueLimits): Form {
  const walk = new Walk(path, limits);
  walk.rich = !isPlainObject(value);
  visit(walk, value);
  for (let frame = walk.frames.at(-1); frame !== undefined; frame = walk.frames.at(-1)) {
    frame.at += 1;
    if (frame.at === frame.size) walk.frames.pop();
    else visit(walk, childOf(walk, frame));
  }
  if (!walk.rich) return 'json';
  if (walk.protoPath === undefined) return 'rich';
  throw new InvalidValueError({ path: walk.protoPath, reason: PROTO });
}

function visit(walk: Walk, value: unknown): void {
  switch (typeof value) {
    case 'string':
      walk.spend(value.length + 1);
      break;
    case 'number':
      walk.rich ||= !Number.isFinite(value) || Object.is(value, -0);
      break;
    case 'boolean':
      break;
    case 'undefined':
      walk.rich = true;
      break;
    case 'bigint':
      visitBigint(walk, value);
      break;
    case 'object':
      if (value !== null) visitObject(walk, value);
      break;
    default:
      throw walk.refusal(`${describe(value)} cannot be stored`);
  }
}

function visitObject(walk: Walk, value: object): void {
  if (types.isProxy(value)) throw walk.refusal('a Proxy cannot be stored: pass a plain copy');
  const tag = tagOf(value);
  if (tag === undefined) throw walk.refusal(`${describe(value)} cannot be stored: ${advice(value)}`);
  if (Object.getOwnPropertySymbols(value).length > 0) throw walk.refusal('has a property whose key is a symbol');
  if (isContainer(tag)) openContainer(walk, value, tag);
  else checkLeaf(walk, value, tag);
}
