import assert from 'node:assert/strict';
import type { NewEntry } from '../../journal/index.ts';
import type { Limits } from '../../options.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, numbered, range, refuses } from '../expectations.ts';

/** Under this limit the one append passes and the other, a little larger, is refused whole. */
function holds(
  title: string,
  limit: keyof Limits,
  max: number,
  within: readonly NewEntry[],
  beyond: readonly NewEntry[],
  path: string,
): ConformanceCase {
  return conformanceCase(title, async ({ open, threadId }) => {
    const journal = await open({ limits: { [limit]: max } });
    await refuses(() => journal.append(threadId, beyond), 'limit_exceeded', { limit, max, path });
    await absent(journal, threadId);
    assert.equal((await journal.append(threadId, within)).rev, within.length);
    await refuses(() => journal.append(threadId, beyond), 'limit_exceeded', { limit, max, path });
    assert.equal((await journal.head(threadId))?.rev, within.length);
  });
}

/** A payload whose stored text, `{"t":"…"}`, has this many bytes. */
function ofBytes(bytes: number): NewEntry {
  return { payload: { t: 'x'.repeat(bytes - 8) } };
}

function ofDepth(depth: number): NewEntry {
  let payload: Record<string, unknown> = {};
  for (const _ of range(1, depth)) payload = { p: payload };
  return { payload };
}

const wide: NewEntry = { payload: { t: 'é'.repeat(45) } };

export const limitCases: readonly ConformanceCase[] = [
  holds('refuses more entries than the limit', 'maxEntries', 3, numbered(3), numbered(4), 'entries'),
  holds(
    'refuses an entry of more bytes than the limit, refs included',
    'maxEntryBytes',
    100,
    [ofBytes(98)],
    [{}, ofBytes(99)],
    'entries[1]',
  ),
  holds(
    'counts bytes of UTF-8, not characters',
    'maxEntryBytes',
    100,
    [wide],
    [{ payload: { t: 'é'.repeat(46) } }],
    'entries[0]',
  ),
  holds(
    'refuses an append of more bytes than the limit',
    'maxAppendBytes',
    300,
    range(0, 3).map(() => ofBytes(98)),
    [...range(0, 3).map(() => ofBytes(98)), {}],
    'entries[3]',
  ),
  conformanceCase('refuses a payload that is nested deeper than the limit', async ({ open, threadId }) => {
    const journal = await open({ limits: { maxDepth: 5 } });
    const facts = { limit: 'maxDepth', max: 5 };
    await refuses(() => journal.append(threadId, [ofDepth(6)]), 'limit_exceeded', facts);
    await refuses(() => journal.append(threadId, [{ refs: ofDepth(6).payload }]), 'limit_exceeded', facts);
    const metadata = ofDepth(6).payload;
    await refuses(() => journal.append(threadId, [], { metadata }), 'limit_exceeded', facts);
    await absent(journal, threadId);
    assert.equal((await journal.append(threadId, [ofDepth(5)])).created, true);
  }),
  conformanceCase(
    'has limits when none are given: 1,000 entries, 1 MiB an entry, 256 deep',
    async ({ journal, threadId }) => {
      const refused = (limit: string, max: number, entries: readonly NewEntry[]) =>
        refuses(() => journal.append(threadId, entries), 'limit_exceeded', { limit, max });
      await refused('maxEntries', 1_000, numbered(1_001));
      await refused('maxEntryBytes', 1_048_576, [ofBytes(1_048_575)]);
      await refused('maxDepth', 256, [ofDepth(257)]);
      await refused('maxAppendBytes', 8_388_608, Array(9).fill(ofBytes(1_000_000)));
      await absent(journal, threadId);
      assert.equal((await journal.append(threadId, [ofBytes(1_048_574), ofDepth(256)])).rev, 2);
    },
  ),
  conformanceCase('binds a call of append, not a thread', async ({ open, threadId }) => {
    const journal = await open({ limits: { maxEntries: 2, maxAppendBytes: 100 } });
    for (const _ of range(0, 4)) await journal.append(threadId, [ofBytes(40), ofBytes(40)]);
    assert.equal((await journal.load(threadId))?.rev, 8);
  }),
];
