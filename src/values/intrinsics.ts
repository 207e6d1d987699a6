/**
 * Built-in getters, taken once: they look inside an object, and no own property of the same name can stand in for them.
 */

type Getter<T> = (value: object) => T;

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);

/** Any typed array's own name (Float16Array's too), undefined for everything else. */
export const viewTag: Getter<string | undefined> = getter(typedArray, Symbol.toStringTag);
export const bufferOf: Getter<ArrayBufferLike> = getter(typedArray, 'buffer');
export const offsetOf: Getter<number> = getter(typedArray, 'byteOffset');
export const sizeOf: Getter<number> = getter(typedArray, 'byteLength');

export const isResizable: Getter<boolean> = getter(ArrayBuffer.prototype, 'resizable');
export const isDetached: Getter<boolean> = getter(ArrayBuffer.prototype, 'detached');
export const bufferSize: Getter<number> = getter(ArrayBuffer.prototype, 'byteLength');

export const hrefOf: Getter<string> = getter(URL.prototype, 'href');

export function isUrl(value: object): boolean {
  try {
    hrefOf(value);
    return true;
  } catch {
    return false;
  }
}

function getter<T>(prototype: object, name: string | symbol): Getter<T> {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  if (get === undefined) throw new TypeError(`this JavaScript engine has no getter ${String(name)}`);
  return value => Reflect.apply(get, value, []) as T;
}
