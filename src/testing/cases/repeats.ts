import assert from 'node:assert/strict';
import type { NewEntry } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { leavesUnchanged, loaded, numbered, payloadsOf } from '../expectations.ts';

const batch: readonly NewEntry[] = [
  { id: 'a', kind: 'message', payload: { text: 'one' } },
  { id: 'b', payload: { when: new Date(5), set: new Set([Number.NaN]) }, refs: { to: 'a' } },
  { id: 'c', payload: { text: 'three' } },
];

export const repeatCases: readonly ConformanceCase[] = [
  conformanceCase('recognises a repeated append and gives back what is recorded', async ({ journal, threadId }) => {
    const first = await journal.append(threadId, batch);
    await leavesUnchanged(journal, threadId, async () => {
      assert.deepEqual(await journal.append(threadId, batch), { ...first, created: false });
    });
  }),
  conformanceCase('recognises a repeated append although its guard is stale by now', async ({ journal, threadId }) => {
    const first = await journal.append(threadId, batch, { expectedRev: 0 });
    await leavesUnchanged(journal, threadId, async () => {
      const again = await journal.append(threadId, batch, { expectedRev: 0 });
      assert.deepEqual(again, { ...first, created: false });
      assert.deepEqual(await journal.append(threadId, batch, { expectedRev: 3 }), again);
      assert.deepEqual(await journal.append(threadId, batch, { expectedRev: 99 }), again);
    });
  }),
  conformanceCase('answers a repeat with the rev as of now', async ({ journal, threadId }) => {
    const first = await journal.append(threadId, batch);
    await journal.append(threadId, numbered(2));
    assert.deepEqual(await journal.append(threadId, batch), { ...first, rev: 5, created: false });
  }),
  conformanceCase('does not compare the time of a repeat, and keeps the recorded one', async ({ open, threadId }) => {
    let clock = 1_000;
    const journal = await open({ now: () => clock });
    await journal.append(threadId, [{ id: 'now' }, { id: 'then', at: 5 }]);
    clock = 2_000;
    const again = await journal.append(threadId, [{ id: 'now' }, { id: 'then', at: 6 }]);
    assert.equal(again.created, false);
    assert.deepEqual(
      again.entries.map(({ at }) => at),
      [1_000, 5],
    );
    assert.equal((await journal.head(threadId))?.updatedAt, 1_000);
  }),
  conformanceCase('recognises a part of an append that stands in a row', async ({ journal, threadId }) => {
    const { generation, entries } = await journal.append(threadId, batch);
    const again = await journal.append(threadId, batch.slice(1));
    assert.deepEqual(again, { threadId, generation, rev: 3, entries: entries.slice(1), created: false });
  }),
  conformanceCase('recognises entries in a row that came by several appends', async ({ journal, threadId }) => {
    const recorded = [];
    for (const entry of batch) recorded.push(...(await journal.append(threadId, [entry])).entries);
    assert.deepEqual(await journal.append(threadId, batch), {
      threadId,
      generation: (await journal.head(threadId))?.generation,
      rev: 3,
      entries: recorded,
      created: false,
    });
  }),
  conformanceCase(
    'takes its own recorded entries for a repeat when they are handed in again',
    async ({ journal, threadId }) => {
      const { generation, entries } = await journal.append(threadId, numbered(3));
      assert.deepEqual(await journal.append(threadId, entries), {
        threadId,
        generation,
        rev: 3,
        entries,
        created: false,
      });
      const thread = await loaded(journal, threadId);
      assert.deepEqual(await journal.append(threadId, thread.entries), {
        threadId,
        generation,
        rev: 3,
        entries,
        created: false,
      });
    },
    { labels: ['E23'] },
  ),
  conformanceCase('takes a default that is spelled out for the same content', async ({ journal, threadId }) => {
    await journal.append(threadId, [{ id: 'x' }]);
    const again = await journal.append(threadId, [{ id: 'x', kind: 'note', payload: {}, refs: {} }]);
    assert.deepEqual([again.created, again.rev], [false, 1]);
  }),
  conformanceCase('ignores the metadata of a repeat', async ({ journal, threadId }) => {
    await journal.append(threadId, batch, { metadata: { first: true } });
    const again = await journal.append(threadId, batch, { metadata: { first: false } });
    assert.equal(again.created, false);
    assert.deepEqual((await journal.head(threadId))?.metadata, { first: true });
  }),
  conformanceCase('recognises a repeat that comes through another journal', async ({ journal, open, threadId }) => {
    const first = await journal.append(threadId, batch);
    const other = await open();
    assert.deepEqual(await other.append(threadId, batch), { ...first, created: false });
  }),
  conformanceCase('recognises a repeat of 1,000 entries', async ({ journal, threadId }) => {
    const many = numbered(1_000).map((entry, index) => ({ ...entry, id: `many-${index}` }));
    const first = await journal.append(threadId, many);
    assert.deepEqual(await journal.append(threadId, many), { ...first, created: false });
  }),
  conformanceCase('forgets the ids of a deleted thread', async ({ journal, threadId }) => {
    await journal.append(threadId, batch);
    await journal.delete(threadId);
    const fresh = batch.map(({ id }) => ({ id, payload: { fresh: true } }));
    const again = await journal.append(threadId, fresh);
    assert.deepEqual([again.created, again.rev], [true, 3]);
    assert.deepEqual(payloadsOf(await loaded(journal, threadId)), Array(3).fill({ fresh: true }));
  }),
  conformanceCase('knows ids that are names of object members from recorded ones', async ({ journal, threadId }) => {
    const odd = ['__proto__', 'constructor', 'toString', 'length', '0'].map(id => ({ id }));
    assert.equal((await journal.append(threadId, odd)).created, true);
    assert.equal((await journal.append(threadId, odd)).created, false);
  }),
];
