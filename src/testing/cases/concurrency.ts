import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { loaded, numbered, payloadsOf, range, refuses } from '../expectations.ts';

export const concurrencyCases: readonly ConformanceCase[] = [
  conformanceCase(
    'lets 20 appends at once all succeed, each with seqs of its own and without gaps',
    async ({ journal, threadId }) => {
      for (const n of range(0, 20)) await journal.append(threadId, [{ payload: { n } }]);
      const results = await Promise.all(range(20, 40).map(n => journal.append(threadId, [{ payload: { n } }])));
      const { entries } = await loaded(journal, threadId);
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        range(0, 40),
      );
      const ns = entries.map(({ payload }) => Number(payload['n'])).sort((a, b) => a - b);
      assert.deepEqual(ns, range(0, 40));
      for (const { rev, entries: recorded } of results) assert.deepEqual(recorded, [entries[rev - 1]]);
    },
    { labels: ['E25', 'R24'] },
  ),
  conformanceCase('keeps the entries of each append in a row while many append', async ({ journal, threadId }) => {
    const results = await Promise.all(
      range(0, 20).map(batch =>
        journal.append(
          threadId,
          [1, 2, 3, 4, 5].map(n => ({ payload: { batch, n } })),
        ),
      ),
    );
    const { entries } = await loaded(journal, threadId);
    assert.equal(entries.length, 100);
    for (const result of results) assert.deepEqual(result.entries, entries.slice(result.rev - 5, result.rev));
  }),
  conformanceCase(
    'appends to different threads at once',
    async ({ journal, threadId }) => {
      const ids = range(0, 10).map(n => `${threadId}-${n}`);
      await Promise.all(ids.flatMap(id => [journal.append(id, numbered(2)), journal.append(id, numbered(1))]));
      for (const id of ids) {
        const { entries } = await loaded(journal, id);
        assert.deepEqual(
          entries.map(({ seq }) => seq),
          [0, 1, 2],
        );
      }
    },
    { labels: ['F26'] },
  ),
  conformanceCase('creates one thread when many create it at once', async ({ journal, threadId }) => {
    const results = await Promise.all(
      range(0, 12).map(n => journal.append(threadId, [{ payload: { n } }], { metadata: { n } })),
    );
    const thread = await loaded(journal, threadId);
    assert.equal(thread.rev, 12);
    assert.deepEqual(
      results.map(({ rev }) => rev).sort((a, b) => a - b),
      range(1, 13),
    );
    assert.deepEqual(thread.metadata, thread.entries[0]?.payload);
  }),
  conformanceCase('creates a head once when many create it without entries', async ({ journal, threadId }) => {
    const results = await Promise.all(range(0, 12).map(n => journal.append(threadId, [], { metadata: { n } })));
    const winners = results.flatMap(({ created }, n) => (created ? [n] : []));
    assert.equal(winners.length, 1);
    assert.deepEqual((await journal.head(threadId))?.metadata, { n: winners[0] });
  }),
  conformanceCase('records entries once when many retry them at once', async ({ journal, threadId }) => {
    const batch = ['a', 'b', 'c'].map(id => ({ id, at: 1, payload: { id } }));
    const results = await Promise.all(range(0, 12).map(() => journal.append(threadId, batch)));
    const { entries } = await loaded(journal, threadId);
    assert.equal(entries.length, 3);
    assert.equal(results.filter(({ created }) => created).length, 1);
    for (const result of results) assert.deepEqual([result.rev, result.entries], [3, entries]);
  }),
  conformanceCase('records one of two overlapping appends and refuses the other', async ({ journal, threadId }) => {
    for (const round of range(0, 10)) {
      const [x, y, z] = ['x', 'y', 'z'].map(name => ({ id: `${name}${round}` }));
      assert.ok(x && y && z);
      const calls = [journal.append(threadId, [x, y]), journal.append(threadId, [y, z])];
      const outcomes = await Promise.allSettled(calls);
      const lost = outcomes.findIndex(({ status }) => status === 'rejected');
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      await refuses(() => calls[lost] ?? Promise.resolve(), 'duplicate_entry', { threadId, entryIds: [y.id] });
    }
    assert.equal((await loaded(journal, threadId)).rev, 20);
  }),
  conformanceCase('keeps every load whole while others append', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1));
    const [loads] = await Promise.all([
      Promise.all(range(0, 20).map(() => loaded(journal, threadId))),
      ...range(0, 20).map(() => journal.append(threadId, numbered(3))),
    ]);
    const final = await loaded(journal, threadId);
    for (const { rev, entries, hash } of loads) {
      assert.deepEqual([rev, (rev - 1) % 3], [entries.length, 0]);
      assert.deepEqual(entries, final.entries.slice(0, rev));
      assert.equal(hash, (await journal.load(threadId, { upToRev: rev }))?.hash);
    }
  }),
  conformanceCase('keeps a thread whole while it is deleted and appended to', async ({ journal, threadId }) => {
    for (const round of range(0, 10)) {
      const calls = range(0, 6).map(() => journal.append(threadId, [{ payload: { round } }, { payload: { round } }]));
      await Promise.all([...calls, journal.delete(threadId)]);
      const head = await journal.head(threadId);
      const thread = await journal.load(threadId);
      assert.equal(thread?.rev ?? 0, head?.rev ?? 0);
      assert.deepEqual(thread?.entries.map(({ seq }) => seq) ?? [], range(0, head?.rev ?? 0));
      assert.ok(thread === undefined || payloadsOf(thread).every(({ round: made }) => Number(made) <= round));
    }
  }),
];
