import { type Refusal, refuses } from './refusal.ts';

class Point {
  x = 's3cret';
}
class MyDate extends Date {}
class MyArray extends Array<unknown> {}
class MyMap extends Map<unknown, unknown> {}
class MyBytes extends Uint8Array {}

const nothingBut = (prototype: object) => () => Object.create(prototype) as unknown;
const date = () => new Date(0);
const url = () => new URL('http://a/?a=b');
const bytes = () => new Uint8Array(1);

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function listArguments(..._: readonly unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: `arguments` is what is meant
  return arguments;
}

export const refusalsOfClasses: readonly Refusal[] = [
  refuses(
    'a function',
    () => () => 's3cret',
    () => 'f',
    /a function cannot be stored/,
  ),
  refuses(
    'a symbol',
    () => Symbol('s3cret'),
    () => 's',
    /a symbol cannot be stored/,
  ),
  refuses(
    'a class instance',
    () => new Point(),
    () => ({ ...new Point() }),
    /an instance of Point cannot/,
  ),
  refuses(
    'a nameless class',
    () => new (class {})(),
    () => ({}),
    /instance of a class cannot/,
  ),
  refuses('an heir of a plain object', nothingBut({ a: 's3cret' }), () => ({}), /an instance of a class cannot/),
  refuses('a subclass of Date', () => new MyDate(0), date, /MyDate/),
  refuses(
    'a subclass of Array',
    () => new MyArray(),
    () => [],
    /an array cannot be stored/,
  ),
  refuses(
    'a subclass of Map',
    () => new MyMap(),
    () => new Map(),
    /MyMap/,
  ),
  refuses('a subclass of Uint8Array', () => new MyBytes(1), bytes, /MyBytes cannot be stored: pass its bytes/),
  refuses(
    'arguments',
    () => listArguments('s3cret'),
    () => ['a'],
    /key is a symbol/,
  ),
  refuses(
    'a Proxy',
    () => new Proxy({ a: 's3cret' }, {}),
    () => ({ a: 1 }),
    /a Proxy .* pass a plain copy/,
  ),
  refuses(
    'a Proxy of an array',
    () => new Proxy([1], {}),
    () => [1],
    /a Proxy/,
  ),
  refuses('a revoked Proxy', revoked, () => ({}), /a Proxy/),
  refuses(
    'an Error',
    () => new Error('s3cret'),
    () => ({ message: 'm' }),
    /Error .* pass a plain object/,
  ),
  refuses(
    'a Promise',
    () => Promise.resolve('s3cret'),
    () => ({}),
    /Promise/,
  ),
  refuses(
    'a WeakMap',
    () => new WeakMap(),
    () => new Map(),
    /WeakMap/,
  ),
  refuses('URLSearchParams', () => new URLSearchParams('a=s3cret'), url, /URLSearchParams/),
];
