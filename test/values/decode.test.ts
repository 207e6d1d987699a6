import { parse } from 'devalue';
import { describe, expect, it } from 'vitest';
import { decodeObject, decodeValue } from '../../src/values/index.ts';

/** What devalue reads and we do not, and what neither does. The last column: whether devalue alone reads it. */
const unreadable: readonly [string, string, 'devalue reads it' | 'nobody reads it'][] = [
  ['nothing', '', 'nobody reads it'],
  ['bad JSON', '{"a":', 'nobody reads it'],
  ['bad rich text', '[{"a":1}', 'nobody reads it'],
  ['a bare number', '5', 'nobody reads it'],
  ['a bare string', '"x"', 'nobody reads it'],
  ['null', 'null', 'nobody reads it'],
  ['an empty array', '[]', 'nobody reads it'],
  ['a hole at the top', '-2', 'nobody reads it'],
  ['an index out of range', '[{"a":9}]', 'nobody reads it'],
  ['an unknown type', '[["Function","return 1"]]', 'nobody reads it'],
  ['a __proto__ of the rich form', '[{"__proto__":1},{"x":2},1]', 'nobody reads it'],
  ['a bad bigint', '[["BigInt","s3cret"]]', 'nobody reads it'],
  ['a bad URL', '[["URL","s3cret"]]', 'nobody reads it'],
  ['a bad pattern', '[["RegExp","(s3cret"]]', 'nobody reads it'],
  ['a buffer that is no text', '[["ArrayBuffer",100]]', 'nobody reads it'],
  ['a typed array of a claimed length', '[["Uint8Array",1],1000000000]', 'nobody reads it'],
  ['a boxed number', '[["Object",1],5]', 'devalue reads it'],
  ['a boxed NaN', '[["Object",-3]]', 'devalue reads it'],
  ['URLSearchParams', '[["URLSearchParams","a=b"]]', 'devalue reads it'],
  ['a DataView', '[["DataView",1],["ArrayBuffer","AQID"]]', 'devalue reads it'],
  ['a window on a buffer', '[["Uint8Array",1,1,1],["ArrayBuffer","AQID"]]', 'devalue reads it'],
  ['two views of one buffer', '[[1,2],["Uint8Array",3],["Int8Array",3],["ArrayBuffer","AQID"]]', 'devalue reads it'],
  ['a view and its buffer', '[[1,2],["Uint8Array",2],["ArrayBuffer","AQID"]]', 'devalue reads it'],
  ['a claimed length', '[[-7,4000000000]]', 'devalue reads it'],
  ['a cycle at the top', '[{"self":0}]', 'devalue reads it'],
  ['a cycle further down', '[[1],["Set",2],["Map",3,1],"k"]', 'devalue reads it'],
  ['a set that holds itself', '[["Set",0]]', 'devalue reads it'],
  ['a map that is its own value', '[["Map",1,0],"k"]', 'devalue reads it'],
  ['a map that is its own key', '[["Map",0,1],"v"]', 'devalue reads it'],
  ['a shared part', '[{"a":1,"b":1},{"c":2},3]', 'devalue reads it'],
  ['a date that is no text', '[["Date",5]]', 'devalue reads it'],
  ['a pattern that is no text', '[["RegExp",5]]', 'devalue reads it'],
  ['flags that are no text', '[["RegExp","a",["g"]]]', 'devalue reads it'],
  ['an address that is no text', '[["URL",["http://a.b"]]]', 'devalue reads it'],
];

const later: readonly string[] = ['Float16Array', 'Temporal.Instant', 'Temporal.PlainDate', 'Temporal.Duration'];

describe('decodeValue', () => {
  it.each(unreadable)('refuses %s and shows nothing of the text', (_, text, devalue) => {
    const error = failureOf(() => decodeValue(text));
    expect(error).toBeInstanceOf(SyntaxError);
    expect([error.message, error.stack, error.cause].join()).not.toContain('s3cret');
    // The control: it is we who refuse, or devalue does as well.
    if (devalue === 'devalue reads it') expect(() => parse(text)).not.toThrow();
    else expect(() => parse(text)).toThrow();
  });

  it.each(later)('refuses a %s, whether or not this engine has them', type => {
    expect(() => decodeValue(`[["${type}",1],["ArrayBuffer","AQI="]]`)).toThrow(SyntaxError);
    expect(() => decodeValue(`[["${type}","2020-01-01T00:00:00Z"]]`)).toThrow(SyntaxError);
  });

  it('answers a text that is nested too deep with an error, not with a crash', () => {
    const levels = Array.from({ length: 200_000 }, (_, index) => `[${index + 1}]`);
    expect(() => decodeValue(`[${levels.join(',')},1]`)).toThrow(SyntaxError);
  });

  const inert: readonly string[] = [
    '{"$type":"Function","constructor":{"name":"Evil","prototype":{"x":1}}}',
    '{"lc":1,"type":"constructor","id":["child_process","exec"],"kwargs":{"cmd":"true"}}',
    '{"__proto__":{"polluted":true},"toJSON":"x","then":"x","valueOf":1,"hasOwnProperty":1}',
    '[{"constructor":1,"prototype":2,"toJSON":2,"then":2,"$type":2},{"polluted":2},"x"]',
    '[["null","constructor",1,"hasOwnProperty",1,"then",1],"x"]',
  ];

  it.each(inert)('builds plain things only, and pollutes nothing: %s', async text => {
    const before = Reflect.ownKeys(Object.prototype);
    const value = decodeValue(text);
    expect(await value).toBe(value);
    for (const prototype of prototypesIn(value)) expect([Object.prototype, Array.prototype, null]).toContain(prototype);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect('polluted' in {}).toBe(false);
  });
});

describe('decodeObject', () => {
  it('reads what is an object at the top', () => {
    expect(decodeObject('{"a":1}')).toEqual({ a: 1 });
    expect(decodeObject('[{"a":-1}]')).toEqual({ a: undefined });
    expect(Object.getPrototypeOf(decodeObject('[["null"]]'))).toBe(null);
  });

  it.each(['[[1],1]', '[5]', '-1', '[null]', '[["Map"]]', '[["Date",""]]'])('refuses what is not: %s', text => {
    expect(() => decodeObject(text)).toThrow(TypeError);
    expect(() => decodeValue(text)).not.toThrow();
  });
});

function prototypesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Reflect.ownKeys(value).flatMap(key => prototypesIn(Reflect.get(value, key)));
  return [Object.getPrototypeOf(value), ...inside];
}

function failureOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return expect.fail('it was not refused');
}
