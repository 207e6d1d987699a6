import { describe, expect, test } from 'vitest';
import { conformanceCases, MemoryStore } from '../../src/testing/index.ts';
import { feedMutants } from './mutants/feed-mutants.ts';
import { guardMutants } from './mutants/guard-mutants.ts';
import { Mutant } from './mutants/mutant.ts';
import { readMutants } from './mutants/read-mutants.ts';
import { refreshMutants } from './mutants/refresh-mutants.ts';
import { repeatMutants } from './mutants/repeat-mutants.ts';
import { storeMutants } from './mutants/store-mutants.ts';
import { writeMutants } from './mutants/write-mutants.ts';

const mutants = {
  ...guardMutants,
  ...repeatMutants,
  ...writeMutants,
  ...readMutants,
  ...refreshMutants,
  ...storeMutants,
  ...feedMutants,
};

function run(title: string, journal: typeof Mutant): Promise<void> {
  const found = conformanceCases.find(one => one.title === title);
  if (found === undefined) throw new Error(`no case has the title: ${title}`);
  const store = new MemoryStore();
  return found.run(async options => new journal(options, store));
}

describe('the conformance cases find a journal that', () => {
  for (const [bug, { caughtBy, journal }] of Object.entries(mutants)) {
    test(bug, async () => {
      await run(caughtBy, Mutant);
      await expect(run(caughtBy, journal)).rejects.toThrow();
    });
  }
});
