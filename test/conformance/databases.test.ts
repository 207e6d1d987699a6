import { expect, test } from 'vitest';
import { conformanceCases } from '../../src/testing/index.ts';
import { eachBackend } from '../support/each-backend.ts';

eachBackend(bench => {
  for (const { title, run } of conformanceCases) {
    test(title, () => run(async options => bench.journalWith(options ?? {})));
  }
});

test('the suite has its size', () => {
  expect(conformanceCases.length).toBeGreaterThanOrEqual(120);
});
