import { isDeepStrictEqual, types } from 'node:util';
import { EXTRA, refuseOwnProperties } from './containers.ts';
import { bufferOf, bufferSize, hrefOf, isDetached, isResizable, sizeOf } from './intrinsics.ts';
import type { LeafTag } from './tags.ts';
import { newView, type ViewTag } from './views.ts';
import type { Walk } from './walk.ts';

/** What the comparison reads of a typed array: an own one could be a getter. */
const SHADOWS = ['buffer', 'byteLength', 'byteOffset', 'length', 'constructor'];

/** Checks an object of the closed set that holds no other values. */
export function checkLeaf(walk: Walk, value: object, tag: LeafTag): void {
  walk.rich = true;
  if (tag === 'Date') refuseOwnProperties(walk, value);
  else if (tag === 'RegExp') checkRegExp(walk, value as RegExp);
  else if (tag === 'URL') checkUrl(walk, value);
  else if (tag === 'ArrayBuffer') checkArrayBuffer(walk, value);
  else checkView(walk, value, tag);
}

function checkRegExp(walk: Walk, value: RegExp): void {
  refuseOwnProperties(walk, value, 'lastIndex');
  if (!Object.is(value.lastIndex, 0)) throw walk.refusal('is a RegExp in use (lastIndex is not 0): pass a new one');
  walk.spend(value.source.length);
}

function checkUrl(walk: Walk, value: object): void {
  refuseOwnProperties(walk, value);
  const href = hrefOf(value);
  walk.spend(href.length);
  // Node 22 lets setters make `x://:0`, which it then cannot parse.
  if (URL.parse(href)?.href !== href) throw walk.refusal('is a URL whose text does not parse to the same URL');
}

function checkArrayBuffer(walk: Walk, value: object): void {
  refuseOwnProperties(walk, value);
  checkBuffer(walk, value, bufferSize(value));
}

function checkView(walk: Walk, value: object, tag: ViewTag): void {
  const buffer = bufferOf(value);
  if (!types.isArrayBuffer(buffer)) throw walk.refusal('is a view of shared memory: pass a copy (slice)');
  checkBuffer(walk, buffer, sizeOf(value));
  const shadow = SHADOWS.find(name => Object.hasOwn(value, name));
  if (shadow !== undefined) throw walk.refusal(EXTRA, shadow);
  // Listing the names would list the indices (15 ms for 64 KiB); this compares what enumerable properties there are
  // beside them, and the bytes, in 12 µs. Another property that is not enumerable is not seen, and not stored.
  if (!isDeepStrictEqual(value, newView(tag, value)))
    throw walk.refusal('has properties beside its elements, which would be lost');
}

/** `size`: how many bytes of the buffer are stored, in base64. */
function checkBuffer(walk: Walk, buffer: object, size: number): void {
  if (isDetached(buffer)) throw walk.refusal('its buffer is detached: the bytes are gone');
  if (isResizable(buffer))
    throw walk.refusal('its buffer is resizable, and would come back fixed: pass a copy (slice)');
  walk.spend(Math.ceil(size / 3) * 4);
}
