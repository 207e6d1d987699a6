import { type Refusal, refuses } from './refusal.ts';

const posing = (value: object, prototype: object | null) => () => Object.setPrototypeOf(value, prototype) as unknown;
const nothingBut = (prototype: object) => () => Object.create(prototype) as unknown;
const date = () => new Date(0);
const url = () => new URL('http://a/?a=b');
const bytes = () => new Uint8Array(1);

/** Objects that pass for something else: boxes for primitives, and whatever wears another's prototype. */
export const refusalsOfPoses: readonly Refusal[] = [
  refuses(
    'a boxed string',
    () => Object('s3cret'),
    () => 'a',
    /String cannot be stored: pass the primitive/,
  ),
  refuses(
    'a boxed number',
    () => Object(1),
    () => 1,
    /pass the primitive/,
  ),
  refuses(
    'a boxed bigint',
    () => Object(1n),
    () => 1n,
    /pass the primitive/,
  ),
  refuses('a date in name only', nothingBut(Date.prototype), date, /instance of Date cannot/),
  refuses('a pattern in name only', nothingBut(RegExp.prototype), () => /a/, /instance of RegExp cannot/),
  refuses('a URL in name only', nothingBut(URL.prototype), url, /URL cannot/),
  refuses('a map in name only', nothingBut(Map.prototype), () => new Map(), /Map cannot/),
  refuses('a set in name only', nothingBut(Set.prototype), () => new Set(), /Set cannot/),
  refuses('an array in name only', nothingBut(Array.prototype), () => [], /Array cannot/),
  refuses('a typed array in name only', nothingBut(Uint8Array.prototype), bytes, /Uint8Array cannot/),
  refuses('a typed array by another name', posing(new Int8Array(1), Uint8Array.prototype), bytes, /Uint8Array cannot/),
  refuses('a map that says it is plain', posing(new Map(), Object.prototype), () => ({}), /an object cannot/),
  refuses('a set that says it is plain', posing(new Set(), Object.prototype), () => ({}), /an object cannot/),
  refuses('a date that says it is plain', posing(date(), null), () => ({}), /an object cannot/),
  refuses('a box that says it is plain', posing(Object(1n), Object.prototype), () => ({}), /an object cannot/),
  refuses('a buffer that says it is plain', posing(new ArrayBuffer(1), null), () => ({}), /an object cannot/),
  refuses('bytes that say they are plain', posing(bytes(), Object.prototype), () => ({}), /an object cannot/),
];
