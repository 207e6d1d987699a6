import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { conformanceCases } from '../../src/testing/index.ts';
import { seedBehaviours, skipped, tables } from './seed-behaviours.ts';

const inOrder = (labels: Iterable<string>): string[] => [...labels].sort();
const placed = (place: string): string[] => seedBehaviours.filter(([, at]) => at === place).map(([label]) => label);

test('every behaviour of the source system has exactly one place', () => {
  const all = Object.entries(tables).flatMap(([table, count]) =>
    Array.from({ length: count }, (_, index) => `${table}${index + 1}`),
  );
  const wanted = all.filter(label => !skipped.includes(label));
  expect(inOrder(seedBehaviours.map(([label]) => label))).toEqual(inOrder(wanted));
});

test('the behaviours that the conformance cases claim are those that cases are labelled with', () => {
  const labelled = new Set(conformanceCases.flatMap(({ labels = [] }) => labels));
  expect(inOrder(labelled)).toEqual(inOrder(placed('conformance')));
});

test('no two cases have the same title', () => {
  const titles = conformanceCases.map(({ title }) => title);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

describe('a test file that is named as the place of a behaviour', () => {
  const files = new Set(seedBehaviours.map(([, place]) => place).filter(place => place.startsWith('test/')));
  test.each([...files])('%s is there and tests something', file => {
    expect(textOf(file)).toMatch(/\btest(?:\.each)?\(/u);
  });

  test.each([
    'test/journal/thread.test.ts',
    'test/checkpoints/checkpoints.test.ts',
    'test/agents/hibernate.test.ts',
    'test/agents/thaw.test.ts',
  ])('%s names each of its behaviours', file => {
    const named = [...textOf(file).matchAll(/proves\(\s*'([A-Z\d ]+)'/gu)].flatMap(
      ([, labels]) => labels?.split(' ') ?? [],
    );
    expect(inOrder(new Set(named))).toEqual(inOrder(placed(file)));
  });
});

function textOf(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
}
