import { expect, test } from 'vitest';
import { cutTo, printable, safeJson } from '../../src/cli/terminal.ts';

const HOSTILE = '\u001b[2J\u0007\u009b31m\u007f\u202e\u2066\u2028\ufeff\u{e0041}\u0000\ud800\udfff';
const UNSAFE = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\u{e0000}-\u{e007f}]/u;

test('what a terminal would act on, or that would hide text, is shown as an escape', () => {
  expect(printable('a\u001b[2Jb\u009b\u202e')).toBe('a\\u001b[2Jb\\u009b\\u202e');
  expect(printable('a\r\n\tb')).toBe('a\\r\\n\\tb');
  expect(printable(HOSTILE)).not.toMatch(UNSAFE);
  expect(printable('日本語 é 👩‍👩‍👧 \\n')).toBe('日本語 é 👩‍👩‍👧 \\n');
});

test('JSON is made safe without changing what it says', () => {
  const value = { [HOSTILE]: [HOSTILE, '日本語'] };
  const safe = safeJson(JSON.stringify(value));
  expect(safe).not.toMatch(UNSAFE);
  expect(JSON.parse(safe)).toEqual(value);
});

test('a line is cut to its columns, wide characters counted as two, and says that it was cut', () => {
  expect(cutTo('abcdef', 6)).toBe('abcdef');
  expect(cutTo('abcdefg', 6)).toBe('abcde…');
  expect(cutTo('日本語です', 6)).toBe('日本…');
  expect(cutTo('👩👩👩👩', 6)).toBe('👩👩…');
  expect(cutTo('e\u0301e\u0301e\u0301', 3)).toBe('e\u0301e\u0301e\u0301');
  expect(cutTo(`${'\u001b'.repeat(10)}`, 7)).toBe('\\u001b…');
  expect(cutTo('x'.repeat(1_000_000), 5)).toBe('xxxx…');
});
