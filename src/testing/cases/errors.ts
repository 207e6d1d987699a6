import assert from 'node:assert/strict';
import { JournalError } from '../../errors.ts';
import type { Journal, NewEntry } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { rejectionOf } from '../expectations.ts';

const secret = 'hunter2-hunter2';

/** Calls that are refused, each with the secret in what it must not show. `recorded` is an entry of the thread. */
const refused: Readonly<Record<string, (journal: Journal, id: string) => Promise<unknown>>> = {
  rev_conflict: (journal, id) => journal.append(id, [secretEntry('new')], { expectedRev: 7 }),
  duplicate_entry: (journal, id) =>
    journal.append(id, [{ ...secretEntry('recorded'), payload: { secret, more: secret } }]),
  invalid_entry: (journal, id) =>
    journal.append(id, [{ payload: { secret, bad: Object.assign(() => secret, { secret }) } }]),
  invalid_value: (journal, id) => journal.append(id, [], { metadata: { secret, bad: Symbol(secret) } }),
  limit_exceeded: (journal, id) => journal.append(id, [{ payload: { secret: secret.repeat(100_000) } }]),
  invalid_id: (journal, id) => journal.append(id, [{ ...secretEntry('other'), kind: '' }]),
  invalid_argument: (journal, id) => journal.append(id, [{ ...secretEntry('other'), at: secret as never }]),
};

function secretEntry(id: string): NewEntry {
  return { id, payload: { secret }, refs: { secret } };
}

export const errorCases: readonly ConformanceCase[] = [
  ...Object.entries(refused).map(([code, call]) =>
    conformanceCase(`shows nothing of a payload in a ${code} error`, async ({ journal, threadId }) => {
      await journal.append(threadId, [secretEntry('recorded')], { metadata: { secret } });
      const error = await rejectionOf(call(journal, threadId));
      assert.ok(error instanceof JournalError);
      assert.deepEqual([error.code, error.name], [code, error.constructor.name]);
      const shown = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n');
      assert.ok(!shown.includes(secret), `the error shows the payload: ${error.code}`);
      assert.ok(error.message.length < 1_000, 'a message is one sentence');
    }),
  ),
];
