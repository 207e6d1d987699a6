import { expect, test } from 'vitest';
import { CliError } from '../../src/cli/exit.ts';
import { explain } from '../../src/cli/explain.ts';
import { AppendOutcomeUnknownError, CorruptEntryError, StorageNotMigratedError } from '../../src/index.ts';

const CANARY = 'canary-secret';
const coded = (code: string, cause?: unknown): Error => Object.assign(new Error(CANARY, { cause }), { code });

test('a driver error is told by its code, wherever it is wrapped, and never by its text', () => {
  for (const error of [
    coded('28P01'),
    new Error(CANARY, { cause: coded('28P01') }),
    Object.assign(new Error(CANARY), { previous: new Error(CANARY, { cause: coded('28P01') }) }),
    new AggregateError([coded('28P01'), coded('28P01')], CANARY),
  ]) {
    const { line, exitCode } = explain(error);
    expect(line).toMatch(/^the database refused the user or the password: .* \(\w*Error 28P01\)$/);
    expect(line).not.toContain(CANARY);
    expect(exitCode).toBe(2);
  }
});

test('an error we know nothing of is told by class, code and place in the program, for a report', () => {
  const { line, exitCode } = explain(coded('XX999'));
  expect(line).toMatch(/^unexpected Error XX999 at cli\/explain\.test\.ts:\d+: please report it$/);
  expect(exitCode).toBe(2);
  class Odd extends Error {}
  for (const odd of [CANARY, null, undefined, 7, { message: CANARY, code: `${CANARY} !` }, new Odd(CANARY)]) {
    expect(explain(odd).line).toMatch(/^unexpected \w+/);
    expect(explain(odd).line).not.toContain(CANARY);
  }
  const cyclic = coded('XX999');
  cyclic.cause = cyclic;
  expect(explain(cyclic).exitCode).toBe(2);
});

test('what the journal says is shown, with what to do next', () => {
  const unknown = explain(new AppendOutcomeUnknownError({ threadId: 't', entryIds: ['a'], cause: new Error(CANARY) }));
  expect(unknown).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/Run the same command again: .* not doubled\.$/),
  });
  expect(explain(new StorageNotMigratedError({ missing: 'table' })).line).toMatch(/thread-journal migrate/);
  expect(explain(new CorruptEntryError({ threadId: 't', seq: 3, reason: 'it is missing' }))).toEqual({
    exitCode: 1,
    line: expect.stringContaining('seq 3'),
  });
  expect(explain(new CliError(1, 'a line'))).toEqual({ exitCode: 1, line: 'a line' });
});
