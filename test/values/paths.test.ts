import { describe, expect, it } from 'vitest';
import { encodeValue } from '../../src/values/index.ts';
import { limits } from './limits-for-tests.ts';
import { refusalOf } from './refusal-of.ts';

const fault = (): void => {};
const pathTo = (value: unknown, root = 'entries[2].payload'): string =>
  refusalOf(() => encodeValue(value, root, limits)).path;

const paths: readonly [unknown, string][] = [
  [fault, 'entries[2].payload'],
  [{ when: fault }, 'entries[2].payload.when'],
  [{ ok: 1, deep: { $a_1: [0, 0, { ünï: fault }] } }, 'entries[2].payload.deep.$a_1[2].ünï'],
  [{ 'a b': fault }, 'entries[2].payload["a b"]'],
  [{ '': fault }, 'entries[2].payload[""]'],
  [{ 0: fault }, 'entries[2].payload["0"]'],
  [{ 'a"\n\ud800': fault }, 'entries[2].payload["a\\"\\n\\ud800"]'],
  [{ '\u2028\0': fault }, 'entries[2].payload["\u2028\\u0000"]'],
  [
    {
      m: new Map<unknown, unknown>([
        ['a', 1],
        [fault, 2],
      ]),
    },
    'entries[2].payload.m.keys()[1]',
  ],
  [
    {
      m: new Map<unknown, unknown>([
        ['s3cret', 1],
        ['s3cret too', [fault]],
      ]),
    },
    'entries[2].payload.m.values()[1][0]',
  ],
  [{ s: new Set(['s3cret', { x: fault }]) }, 'entries[2].payload.s.values()[1].x'],
  // biome-ignore lint/suspicious/noSparseArray: the index counts holes
  [[, , fault], 'entries[2].payload[2]'],
];

describe('the path of a refusal', () => {
  it.each(paths)("leads to it, in the caller's own words: %o", (value, path) => {
    expect(pathTo(value)).toBe(path);
  });

  it('begins with what the caller was given to name', () => {
    expect(pathTo({ tags: [0, 0, 0, fault] }, 'metadata')).toBe('metadata.tags[3]');
  });

  it('leads back from a cycle to where it begins', () => {
    const inner: Record<string, unknown> = {};
    inner['up'] = [inner];
    const { path, reason } = refusalOf(() => encodeValue({ a: { inner } }, 'v', limits));
    expect({ path, reason }).toEqual({ path: 'v.a.inner.up[0]', reason: 'is cyclic: it leads back to v.a.inner' });
  });

  it('stays short, whatever the names and the depth', () => {
    expect(pathTo({ ['x'.repeat(1e6)]: fault }).length).toBeLessThan(120);
    let deep: unknown = fault;
    for (let level = 0; level < 200; level += 1) deep = { [`level${level}`]: deep };
    const path = pathTo(deep);
    expect(path.length).toBeLessThan(420);
    expect(path.startsWith('entries[2].payload.level199.level198')).toBe(true);
    expect(path.endsWith('.level1.level0')).toBe(true);
  });
});
