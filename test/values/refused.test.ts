import { describe, expect, it } from 'vitest';
import { InvalidValueError } from '../../src/errors.ts';
import { decodeValue, encodeObject, encodeValue } from '../../src/values/index.ts';
import { limits } from './limits-for-tests.ts';
import { refusalOf } from './refusal-of.ts';
import { refusalsOfBytes } from './refusals-of-bytes.ts';
import { refusalsOfClasses } from './refusals-of-classes.ts';
import { refusalsOfPoses } from './refusals-of-poses.ts';
import { refusalsOfProperties } from './refusals-of-properties.ts';
import { sameValue } from './same-value.ts';

const refusals = [...refusalsOfClasses, ...refusalsOfPoses, ...refusalsOfProperties, ...refusalsOfBytes];

describe('a value outside the closed set', () => {
  it.each(refusals)('is refused with its path and a reason: $what', ({ refused, kept, at, reason }) => {
    const { path, message } = refusalOf(() => encodeObject({ list: [refused()] }, 'payload', limits));
    expect(path).toBe(`payload.list[0]${at}`);
    expect(message).toMatch(reason);
    expect(message).not.toContain('s3cret');
    // The control: the nearest thing that can be stored.
    const value = { list: [kept()] };
    expect(sameValue(decodeValue(encodeObject(value, 'payload', limits)), value)).toBe(true);
  });

  it.each(refusals)('is refused as a map key, where its path shows no key: $what', ({ refused, at }) => {
    const { path } = refusalOf(() => encodeValue(new Map([[refused(), 1]]), 'v', limits));
    expect(path).toBe(`v.keys()[0]${at}`);
  });

  it('is refused at the top with the path as given', () => {
    expect(refusalOf(() => encodeValue(() => 1, 'v', limits)).path).toBe('v');
    expect(refusalOf(() => encodeValue(new Proxy([], {}), 'v', limits)).path).toBe('v');
  });

  it('is refused without running any code of its own', () => {
    let ran = 0;
    const run = (): never => {
      ran += 1;
      throw new Error('ran');
    };
    const traps = { get: run, ownKeys: run, getPrototypeOf: run, getOwnPropertyDescriptor: run, has: run };
    const hostile: readonly unknown[] = [
      {
        get a() {
          return run();
        },
      },
      { toJSON: run },
      Object.fromEntries([['then', run]]),
      { valueOf: run, toString: run },
      { [Symbol.toPrimitive]: run },
      {
        get [Symbol.toStringTag]() {
          return run();
        },
      },
      Object.defineProperty([1], 0, { get: run, enumerable: true }),
      Object.defineProperty(new Uint8Array(1), 'x', { get: run, enumerable: true }),
      Object.defineProperty(new Uint8Array(1), 'byteLength', { get: run }),
      Object.defineProperty(new Date(0), 'toISOString', { get: run }),
      Object.defineProperty(new Map(), 'size', { get: run }),
      Object.defineProperty(new Set(), Symbol.iterator, { get: run }),
      new Proxy({}, traps),
      Object.create(new Proxy({}, traps)),
      Object.create({
        get constructor() {
          return run();
        },
      }),
    ];
    for (const value of hostile) {
      expect(() => encodeObject({ value }, 'v', limits)).toThrow(InvalidValueError);
      expect(() => encodeObject(value, 'v', limits)).toThrow(InvalidValueError);
    }
    expect(ran).toBe(0);
    expect(() => JSON.stringify(hostile[0])).toThrow('ran');
  });

  it('is everything, while a built-in prototype has a toJSON that would change plain JSON', () => {
    const value = { a: [1] };
    try {
      Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'changed', configurable: true });
      expect(JSON.stringify(value)).toBe('"changed"');
      expect(refusalOf(() => encodeObject(value, 'v', limits)).message).toContain('toJSON');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON');
    }
    expect(encodeObject(value, 'v', limits)).toBe('{"a":[1]}');
  });

  it('is a URL whose text does not parse back, on an engine that makes such', () => {
    const url = new URL('x://h');
    url.port = '0';
    url.hostname = '';
    const keeps = URL.parse(url.href)?.href === url.href;
    if (keeps) expect(sameValue(decodeValue(encodeValue(url, 'v', limits)), url)).toBe(true);
    else expect(refusalOf(() => encodeValue(url, 'v', limits)).message).toContain('does not parse');
  });
});
