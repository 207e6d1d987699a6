import { describe, test } from 'vitest';
import { conformanceCases, MemoryJournal, MemoryStore } from '../../src/testing/index.ts';

describe('MemoryJournal', () => {
  const store = new MemoryStore();
  for (const { title, run } of conformanceCases) {
    test(title, () => run(async options => new MemoryJournal(options, store)));
  }
});
