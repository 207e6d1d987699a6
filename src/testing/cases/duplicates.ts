import assert from 'node:assert/strict';
import type { Journal, NewEntry } from '../../journal/index.ts';
import { type CaseOptions, type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { leavesUnchanged, refuses } from '../expectations.ts';

const recorded: readonly NewEntry[] = [
  { id: 'a', kind: 'message', payload: { x: 1, y: 2 }, refs: { to: 'z' } },
  { id: 'b', kind: 'note', payload: { n: 1 } },
  { id: 'c', kind: 'note', payload: { n: 2 } },
];
const [a, b, c] = recorded as [NewEntry, NewEntry, NewEntry];

/** An append that says something else under recorded ids is refused, names them, and writes nothing. */
function refusesAs(
  title: string,
  entries: readonly NewEntry[],
  entryIds: readonly string[],
  options: CaseOptions & { readonly expectedRev?: number } = {},
): ConformanceCase {
  return conformanceCase(
    title,
    async ({ journal, threadId }) => {
      await journal.append(threadId, recorded);
      const { expectedRev } = options;
      await leavesUnchanged(journal, threadId, () =>
        refusesDuplicate(journal, threadId, entries, entryIds, expectedRev),
      );
    },
    options,
  );
}

async function refusesDuplicate(
  journal: Journal,
  threadId: string,
  entries: readonly NewEntry[],
  entryIds: readonly string[],
  expectedRev?: number,
): Promise<void> {
  const error = await refuses(() => journal.append(threadId, entries, { expectedRev }), 'duplicate_entry', {
    threadId,
  });
  assert.deepEqual([...Reflect.get(error, 'entryIds')].sort(), entryIds);
}

export const duplicateCases: readonly ConformanceCase[] = [
  refusesAs('refuses a recorded id with another payload', [{ ...a, payload: { x: 1, y: 3 } }], ['a']),
  refusesAs('refuses a recorded id with other refs', [{ ...a, refs: { to: 'y' } }], ['a']),
  refusesAs('refuses a recorded id without the refs it has', [{ ...a, refs: undefined }], ['a']),
  refusesAs('refuses a recorded id with another kind', [{ ...a, kind: 'note' }], ['a']),
  refusesAs('tells payloads apart by the order of their keys', [{ ...a, payload: { y: 2, x: 1 } }], ['a']),
  refusesAs('tells 1 from "1" in a payload', [{ ...b, payload: { n: '1' } }], ['b']),
  refusesAs(
    'tells a key that is undefined from one that is missing',
    [{ ...b, payload: { n: 1, m: undefined } }],
    ['b'],
  ),
  refusesAs('refuses recorded ids in another order', [b, a], ['a', 'b']),
  refusesAs('refuses recorded ids that do not stand in a row', [a, c], ['a', 'c']),
  refusesAs('refuses new entries behind recorded ones', [b, c, { id: 'd' }], ['b', 'c']),
  refusesAs('refuses new entries before recorded ones', [{ id: 'd' }, a, b, c], ['a', 'b', 'c']),
  refusesAs('refuses a recorded id amid entries without ids', [{}, a, {}], ['a']),
  refusesAs('names only the recorded ids, also when the content is right', [{ id: 'd' }, b, { id: 'e' }], ['b']),
  refusesAs('calls it a duplicate when the guard is stale as well', [a, { id: 'd' }], ['a'], { expectedRev: 1 }),
  refusesAs('calls it a duplicate when the guard holds', [{ ...c, payload: {} }], ['c'], { expectedRev: 3 }),
  conformanceCase('refuses an id that stands twice in one append', async ({ journal, threadId }) => {
    await journal.append(threadId, recorded);
    await leavesUnchanged(journal, threadId, async () => {
      const twice = [{ id: 'new' }, {}, { id: 'new' }];
      await refuses(() => journal.append(threadId, twice), 'invalid_entry', { path: 'entries[2].id' });
      await refuses(() => journal.append(threadId, [a, a]), 'invalid_entry', { path: 'entries[1].id' });
    });
  }),
  conformanceCase(
    'takes ids that differ by case, by a space or by normalisation for different ones',
    async ({ journal, threadId }) => {
      const ids = ['id', 'ID', 'id ', ' id', '\u00e9', 'e\u0301', 'ﬁ', 'fi', '1', '01', '１'];
      for (const id of ids) assert.equal((await journal.append(threadId, [{ id }])).created, true, JSON.stringify(id));
      const thread = await journal.load(threadId);
      assert.deepEqual(
        thread?.entries.map(({ id }) => id),
        ids,
      );
    },
  ),
  conformanceCase('refuses a duplicate that comes through another journal', async ({ journal, open, threadId }) => {
    await journal.append(threadId, recorded);
    const other = await open();
    await leavesUnchanged(journal, threadId, () => refusesDuplicate(other, threadId, [c, { id: 'd' }], ['c']));
  }),
];
