import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, InvalidIdError } from '../../src/errors.ts';
import { checkId } from '../../src/values/index.ts';

const good: readonly [string, string][] = [
  ['one letter', 'a'],
  ['a path', '../../etc/x'],
  ['SQL', `a"; drop table x; --'`],
  ['spaces and a no-break space', ' a\u00a0b '],
  ['composed letters', 'é'],
  ['decomposed letters', 'e\u0301'],
  ['emoji', '👩‍👩‍👧'],
  ['line separators', '\u2028\u2029'],
  ['255 bytes of ASCII', 'a'.repeat(255)],
  ['255 bytes in 85 letters', '€'.repeat(85)],
  ['254 bytes in 127 letters', 'é'.repeat(127)],
  ['252 bytes of emoji', '😀'.repeat(63)],
];

const bad: readonly [string, string, RegExp][] = [
  ['an empty string', '', /empty/],
  ['256 bytes of ASCII', 'a'.repeat(256), /255 bytes/],
  ['258 bytes in 86 letters', '€'.repeat(86), /255 bytes/],
  ['256 bytes in 128 letters', 'é'.repeat(128), /255 bytes/],
  ['256 bytes of emoji', '😀'.repeat(64), /255 bytes/],
  ['16 Mi', 'a'.repeat(2 ** 24), /255 bytes/],
  ['a high surrogate', 's\ud800', /lone surrogate/],
  ['a low surrogate', 's\udc01', /lone surrogate/],
  ['surrogates in the wrong order', '\udc00\ud800', /lone surrogate/],
  ['NUL', 'a\0', /NUL/],
  ['a newline', 'a\n', /control/],
  ['DEL', 'a\x7f', /control/],
  ['a C1 control', 'a\u0085', /control/],
];

const notStrings: readonly [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 5],
  ['a boolean', true],
  ['a bigint', 5n],
  ['a symbol', Symbol('s3cret')],
  ['a function', () => 's3cret'],
  ['an array', ['s3cret']],
  ['an object', { $ne: 's3cret' }],
  ['an instance of String', Object('s3cret')],
  ['a Proxy', new Proxy({}, {})],
];

describe('checkId', () => {
  it.each(good)('takes %s as it is', (_, id) => {
    expect(checkId(id, 'threadId')).toBe(id);
  });

  it.each(bad)('refuses %s', (_, id, reason) => {
    const error = failureOf(id);
    expect(error).toBeInstanceOf(InvalidIdError);
    expect(error).toMatchObject({ path: 'threadId', reason: expect.stringMatching(reason) });
  });

  it.each(notStrings)('refuses %s for its type, and does not show it', (what, value) => {
    const error = failureOf(value);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ argument: 'threadId', message: `threadId: must be a string, not ${what}` });
  });

  it('takes exactly the strings that UTF-8 carries unchanged in 1 to 255 bytes, without control characters', () => {
    const strings = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 90 }).map(units => String.fromCharCode(...units)),
    );
    const property = fc.property(strings, text => {
      const bytes = Buffer.from(text, 'utf8');
      const controls = [...text].some(char => char < ' ' || (char >= '\x7f' && char <= '\x9f'));
      const safe = bytes.toString('utf8') === text && bytes.length >= 1 && bytes.length <= 255 && !controls;
      return safe === (failureOf(text) === undefined);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

function failureOf(value: unknown): unknown {
  try {
    checkId(value, 'threadId');
  } catch (error) {
    return error;
  }
  return undefined;
}
