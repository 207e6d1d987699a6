/**
 * True when two values are the same in all that the journal promises to keep: types, numbers by `Object.is`, own keys and
 * their order, holes, bytes. Stricter than deep equality on purpose; shared identity is not compared.
 */
export function sameValue(left: unknown, right: unknown): boolean {
  if (!isObject(left) || !isObject(right)) return Object.is(left, right);
  return (
    Object.getPrototypeOf(left) === Object.getPrototypeOf(right) &&
    sameContent(left, right) &&
    sameList(Reflect.ownKeys(left), Reflect.ownKeys(right)) &&
    Reflect.ownKeys(left).every(key => sameValue(Reflect.get(left, key), Reflect.get(right, key)))
  );
}

/** What no own key shows. A typed array's elements are own keys. */
function sameContent(left: object, right: object): boolean {
  if (left instanceof Date && right instanceof Date) return Object.is(left.getTime(), right.getTime());
  if (left instanceof RegExp && right instanceof RegExp) return String(left) === String(right);
  if (left instanceof URL && right instanceof URL) return left.href === right.href;
  if (left instanceof Set && right instanceof Set) return sameList([...left], [...right]);
  if (left instanceof Map && right instanceof Map) return sameList([...left].flat(1), [...right].flat(1));
  if (left instanceof ArrayBuffer && right instanceof ArrayBuffer) {
    return sameValue(new Uint8Array(left), new Uint8Array(right));
  }
  return true;
}

function sameList(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameValue(item, right[index]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
