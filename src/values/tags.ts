import { types } from 'node:util';
import { isUrl } from './intrinsics.ts';
import { type ViewTag, views } from './views.ts';

export type ContainerTag = 'Object' | 'null' | 'Array' | 'Map' | 'Set';
export type LeafTag = 'Date' | 'RegExp' | 'URL' | 'ArrayBuffer' | ViewTag;
/** devalue's names for the kinds of object there are in the closed set. */
export type Tag = ContainerTag | LeafTag;

interface Kind {
  readonly tag: Tag;
  /** A prototype is only a claim (`Object.create(Date.prototype)`): this looks at what the object is made of. */
  readonly proven: (value: object) => boolean;
}

const kinds = new Map<unknown, Kind>([
  [Object.prototype, { tag: 'Object', proven: isOrdinary }],
  [null, { tag: 'null', proven: isOrdinary }],
  [Array.prototype, { tag: 'Array', proven: Array.isArray }],
  [Map.prototype, { tag: 'Map', proven: types.isMap }],
  [Set.prototype, { tag: 'Set', proven: types.isSet }],
  [Date.prototype, { tag: 'Date', proven: types.isDate }],
  [RegExp.prototype, { tag: 'RegExp', proven: types.isRegExp }],
  [URL.prototype, { tag: 'URL', proven: isUrl }],
  [ArrayBuffer.prototype, { tag: 'ArrayBuffer', proven: types.isArrayBuffer }],
]);
for (const view of views) kinds.set(view.prototype, view);

/** The kind of an object of the closed set, by its exact prototype; undefined for every other. Not for a Proxy. */
export function tagOf(value: object): Tag | undefined {
  const kind = kinds.get(Object.getPrototypeOf(value));
  return kind?.proven(value) ? kind.tag : undefined;
}

/** What a payload, refs and metadata must be. A Proxy is not one, whatever it says. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && isOrdinary(value);
}

export function isContainer(tag: Tag): tag is ContainerTag {
  return tag === 'Object' || tag === 'Array' || tag === 'null' || tag === 'Map' || tag === 'Set';
}

/** An object that holds something no property shows would come back empty, whatever prototype it was given. */
function isOrdinary(value: object): boolean {
  return !(
    types.isDate(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isBoxedPrimitive(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  );
}
