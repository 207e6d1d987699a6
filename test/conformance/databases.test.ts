import { describe, expect, test } from 'vitest';
import { conformanceCases } from '../../src/testing/index.ts';
import { eachBackend } from '../support/each-backend.ts';

eachBackend(bench => {
  describe.each([true, false])('batching: %s', batching => {
    for (const { title, run } of conformanceCases) {
      test(title, () => run(async options => bench.journalWith({ batching, ...options })));
    }
  });
});

test('the suite has its size', () => {
  expect(conformanceCases.length).toBeGreaterThanOrEqual(120);
});
