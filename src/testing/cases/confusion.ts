import type { Journal } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, firstOf, refuses } from '../expectations.ts';
import { neverScalar, notCounts, notIntegers, notStrings } from '../wrong-types.ts';

type Call = (journal: Journal, threadId: string, bad: never) => Promise<unknown>;

/** The name of the argument as the error gives it, the values it refuses, and the call they are handed to. */
type Row = readonly [argument: string, values: readonly unknown[], call: Call];

const methods: Readonly<Record<string, readonly Row[]>> = {
  append: [
    ['threadId', notStrings, (journal, _, bad) => journal.append(bad, [{}])],
    [
      'entries',
      [...neverScalar.filter(value => !Array.isArray(value)), 'x', 1, new Set([{}])],
      (journal, id, bad) => journal.append(id, bad),
    ],
    ['expectedRev', notCounts, (journal, id, bad) => journal.append(id, [{}], { expectedRev: bad })],
    ['entries[1].id', notStrings, (journal, id, bad) => journal.append(id, [{}, { id: bad }])],
    ['entries[1].at', notIntegers, (journal, id, bad) => journal.append(id, [{}, { at: bad }])],
    ['entries[1].kind', notStrings, (journal, id, bad) => journal.append(id, [{}, { kind: bad }])],
  ],
  load: [
    ['threadId', notStrings, (journal, _, bad) => journal.load(bad)],
    ['upToRev', notCounts, (journal, id, bad) => journal.load(id, { upToRev: bad })],
  ],
  head: [['threadId', notStrings, (journal, _, bad) => journal.head(bad)]],
  read: [
    ['threadId', notStrings, (journal, _, bad) => firstOf(journal.read(bad))],
    ['fromSeq', notCounts, (journal, id, bad) => firstOf(journal.read(id, { fromSeq: bad }))],
    ['toSeq', notCounts, (journal, id, bad) => firstOf(journal.read(id, { toSeq: bad }))],
    ['limit', notCounts, (journal, id, bad) => firstOf(journal.read(id, { limit: bad }))],
    [
      'direction',
      [...notStrings, '', 'Forward', 'reverse', 'desc'],
      (journal, id, bad) => firstOf(journal.read(id, { direction: bad })),
    ],
    [
      'kinds',
      [...notStrings.filter(value => !Array.isArray(value)), 'note', new Set(['note'])],
      (journal, id, bad) => firstOf(journal.read(id, { kinds: bad })),
    ],
    ['kinds[1]', [...notStrings, undefined], (journal, id, bad) => firstOf(journal.read(id, { kinds: ['note', bad] }))],
  ],
  readAll: [
    ['after', notStrings, (journal, _, bad) => firstOf(journal.readAll({ after: bad }))],
    ['limit', notCounts, (journal, _, bad) => firstOf(journal.readAll({ limit: bad }))],
    [
      'kinds',
      [...notStrings.filter(value => !Array.isArray(value)), 'note', new Set(['note'])],
      (journal, _, bad) => firstOf(journal.readAll({ kinds: bad })),
    ],
    ['kinds[1]', [...notStrings, undefined], (journal, _, bad) => firstOf(journal.readAll({ kinds: ['note', bad] }))],
  ],
  threads: [
    ['after', notStrings, (journal, _, bad) => firstOf(journal.threads({ after: bad }))],
    ['limit', notCounts, (journal, _, bad) => firstOf(journal.threads({ limit: bad }))],
  ],
  delete: [['threadId', notStrings, (journal, _, bad) => journal.delete(bad)]],
  erasures: [
    ['after', [null, true, 1, 'x', Symbol('x'), 1n], (journal, _, bad) => firstOf(journal.erasures({ after: bad }))],
    [
      'after.threadId',
      [...notStrings, undefined],
      (journal, _, bad) => firstOf(journal.erasures({ after: { threadId: bad, generation: 'g' } })),
    ],
    [
      'after.generation',
      [...notStrings, undefined],
      (journal, id, bad) => firstOf(journal.erasures({ after: { threadId: id, generation: bad } })),
    ],
    ['limit', notCounts, (journal, _, bad) => firstOf(journal.erasures({ limit: bad }))],
  ],
};

function refusesBad(method: string, [argument, values, call]: Row): ConformanceCase {
  return conformanceCase(
    `${method} rejects every wrong type of ${argument}, and writes nothing`,
    async ({ journal, threadId }) => {
      for (const value of values) {
        await refuses(() => call(journal, threadId, value as never), 'invalid_argument', { argument });
      }
      await absent(journal, threadId);
    },
  );
}

const notEntries: readonly unknown[] = [undefined, null, 'text', 1, true, [], [{}], Symbol('x'), 1n, () => ({})];

export const confusionCases: readonly ConformanceCase[] = [
  ...Object.entries(methods).flatMap(([method, rows]) => rows.map(row => refusesBad(method, row))),
  conformanceCase('append refuses an entry that is no object, and writes nothing', async ({ journal, threadId }) => {
    for (const bad of notEntries) {
      const facts = { path: 'entries[1]' };
      await refuses(() => journal.append(threadId, [{}, bad as never, {}]), 'invalid_entry', facts);
    }
    await absent(journal, threadId);
  }),
  conformanceCase('append refuses a list of entries with a hole', async ({ journal, threadId }) => {
    const entries: object[] = [{}];
    entries[2] = {};
    await refuses(() => journal.append(threadId, entries), 'invalid_entry', { path: 'entries[1]' });
    await absent(journal, threadId);
  }),
  conformanceCase('refuses a thread id that is missing', async ({ journal }) => {
    const missing = undefined as never;
    const facts = { argument: 'threadId' };
    await refuses(() => journal.append(missing, [{}]), 'invalid_argument', facts);
    await refuses(() => journal.load(missing), 'invalid_argument', facts);
    await refuses(() => journal.head(missing), 'invalid_argument', facts);
    await refuses(() => firstOf(journal.read(missing)), 'invalid_argument', facts);
    await refuses(() => journal.delete(missing), 'invalid_argument', facts);
  }),
];
