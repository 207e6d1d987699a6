import { types } from 'node:util';

/** What a value is, in a word or two, and never what it holds: for messages. Runs no code of the value's. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return typeof value === 'function' ? 'a function' : `a ${typeof value}`;
  if (types.isProxy(value)) return 'a Proxy';
  if (Array.isArray(value)) return 'an array';
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'an object';
  const name = className(prototype);
  return name === undefined ? 'an instance of a class' : `an instance of ${name}`;
}

/** What to pass instead of an object that is refused for its class. No `instanceof`: it would run a Proxy's trap. */
export function advice(value: object): string {
  if (Object.getPrototypeOf(value) === Buffer.prototype) return 'pass new Uint8Array(buffer)';
  if (types.isBoxedPrimitive(value)) return 'pass the primitive';
  if (ArrayBuffer.isView(value) || types.isSharedArrayBuffer(value)) return 'pass its bytes as a Uint8Array';
  return 'pass a plain object of what it holds';
}

/** Read by descriptor and held to an identifier, because a prototype can be any object, payload included. */
function className(prototype: unknown): string | undefined {
  const maker = ownData(prototype, 'constructor');
  if (typeof maker !== 'function') return undefined;
  const name = ownData(maker, 'name');
  return typeof name === 'string' && /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? name : undefined;
}

function ownData(holder: unknown, key: string): unknown {
  const object = (typeof holder === 'object' && holder !== null) || typeof holder === 'function';
  return object && !types.isProxy(holder) ? Object.getOwnPropertyDescriptor(holder, key)?.value : undefined;
}
