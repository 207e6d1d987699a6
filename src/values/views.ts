import { bufferOf, offsetOf, sizeOf, viewTag } from './intrinsics.ts';

export type ViewTag =
  | 'Int8Array'
  | 'Uint8Array'
  | 'Uint8ClampedArray'
  | 'Int16Array'
  | 'Uint16Array'
  | 'Int32Array'
  | 'Uint32Array'
  | 'Float32Array'
  | 'Float64Array'
  | 'BigInt64Array'
  | 'BigUint64Array';

interface ViewConstructor {
  readonly prototype: object;
  new (source: ArrayBuffer): object;
}

/** The typed arrays of the closed set. Float16Array is left out: Node 22 cannot read it. */
const constructors: Readonly<Record<ViewTag, ViewConstructor>> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};

/** Each with its prototype, and the look inside that proves it. */
export const views: readonly { tag: ViewTag; prototype: object; proven: (value: object) => boolean }[] = (
  Object.keys(constructors) as ViewTag[]
).map(tag => ({ tag, prototype: constructors[tag].prototype, proven: value => viewTag(value) === tag }));

/** A typed array on a buffer of its own, or a copy of another of its kind. */
export function newView(tag: ViewTag, source: object): object {
  return Reflect.construct(constructors[tag], [source]);
}

/** A copy of the bytes a typed array shows: its buffer may hold more, and somebody else's. */
export function viewedBytes(view: object): ArrayBuffer {
  return new Uint8Array(new Uint8Array(bufferOf(view), offsetOf(view), sizeOf(view))).buffer;
}
