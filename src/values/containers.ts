import type { Frame } from './frame.ts';
import type { ContainerTag } from './tags.ts';
import type { Walk } from './walk.ts';

export const EXTRA = 'is a property beside the content, and would be lost';

/** Goes into a container. What its children take at the least is counted before any of them is listed. */
export function openContainer(walk: Walk, value: object, tag: ContainerTag): void {
  if (tag === 'Array') openArray(walk, value as readonly unknown[]);
  else if (tag === 'Map') openMap(walk, value as ReadonlyMap<unknown, unknown>);
  else if (tag === 'Set') openSet(walk, value as ReadonlySet<unknown>);
  else openObject(walk, value, tag);
}

function openObject(walk: Walk, value: object, tag: 'Object' | 'null'): void {
  const names = Object.getOwnPropertyNames(value);
  if (tag === 'null') walk.rich = true;
  enter(walk, value, tag, names.length, names);
  let bytes = 0;
  for (const name of names) bytes += name.length + 5;
  walk.spend(bytes);
}

function openArray(walk: Walk, value: readonly unknown[]): void {
  enter(walk, value, 'Array', value.length, []);
  walk.spend(2 * value.length);
  // `length` is the first property of an array that is not an index: behind it there are only others.
  const last = Object.getOwnPropertyNames(value).at(-1);
  if (last !== 'length') throw walk.refusal(EXTRA, last);
}

function openMap(walk: Walk, value: ReadonlyMap<unknown, unknown>): void {
  refuseOwnProperties(walk, value);
  walk.rich = true;
  const frame = enter(walk, value, 'Map', 2 * value.size, []);
  walk.spend(4 * value.size);
  frame.parts = [...value].flat(1);
}

function openSet(walk: Walk, value: ReadonlySet<unknown>): void {
  refuseOwnProperties(walk, value);
  walk.rich = true;
  const frame = enter(walk, value, 'Set', value.size, []);
  walk.spend(2 * value.size);
  frame.parts = [...value];
}

function enter(walk: Walk, value: object, tag: ContainerTag, size: number, parts: readonly unknown[]): Frame {
  const frame: Frame = { value, tag, size, parts, at: -1 };
  walk.enter(frame);
  return frame;
}

/** For what keeps its content elsewhere than in properties. `builtIn` is the one such an object may have. */
export function refuseOwnProperties(walk: Walk, value: object, builtIn?: string): void {
  const extra = Object.getOwnPropertyNames(value).find(name => name !== builtIn);
  if (extra !== undefined) throw walk.refusal(EXTRA, extra);
}
