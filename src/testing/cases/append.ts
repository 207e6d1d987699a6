import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, loaded, numbered, payloadsOf, range, refuses } from '../expectations.ts';

const whole = {
  id: 'call-1',
  at: 1_700_000_000_001,
  kind: 'tool_call',
  payload: { tool: 'search', args: { q: 'λ', n: [1, 2, { deep: true }] } },
  refs: { agentId: 'agent-7', signal_id: 's1' },
};

export const appendCases: readonly ConformanceCase[] = [
  conformanceCase(
    'creates a thread with its first entries and hands back what it recorded',
    async ({ journal, threadId }) => {
      const entries = [whole, { ...whole, id: 'call-2', kind: 'tool_result' }, { ...whole, id: 'call-3' }];
      const result = await journal.append(threadId, entries, { expectedRev: 0 });
      const expected = entries.map((entry, seq) => ({ ...entry, threadId, seq }));
      const generation = (await journal.head(threadId))?.generation;
      assert.deepEqual(result, { threadId, generation, rev: 3, entries: expected, created: true });
      assert.deepEqual((await loaded(journal, threadId)).entries, expected);
    },
    { labels: ['E10', 'F8', 'R10', 'R13', 'JZ2'] },
  ),
  conformanceCase(
    'appends behind what is there and leaves the earlier entries as they were',
    async ({ journal, threadId }) => {
      await journal.append(threadId, numbered(3), { metadata: { topic: 'first' } });
      const before = await loaded(journal, threadId);
      const result = await journal.append(threadId, [{ payload: { n: 3 } }]);
      assert.equal(result.rev, 4);
      const after = await loaded(journal, threadId);
      assert.deepEqual(after.entries.slice(0, 3), before.entries);
      assert.deepEqual(after.entries.slice(3), result.entries);
      assert.deepEqual(after.metadata, { topic: 'first' });
    },
    { labels: ['E11', 'F9', 'R15', 'JZ2'] },
  ),
  conformanceCase(
    'gives seqs from 0 on without gaps, over the borders of appends, and rev counts the entries',
    async ({ journal, threadId }) => {
      const revs: number[] = [];
      for (const count of [1, 3, 2, 1]) revs.push((await journal.append(threadId, numbered(count))).rev);
      assert.deepEqual(revs, [1, 4, 6, 7]);
      const thread = await loaded(journal, threadId);
      const seqs = thread.entries.map(({ seq }) => seq);
      assert.deepEqual({ seqs, rev: thread.rev }, { seqs: range(0, 7), rev: 7 });
      assert.equal((await journal.head(threadId))?.rev, 7);
    },
    { labels: ['E17', 'E18', 'F15', 'R19', 'R20'] },
  ),
  conformanceCase(
    'ignores the seq and the threadId that a caller gives an entry',
    async ({ journal, threadId }) => {
      const elsewhere = `${threadId}-elsewhere`;
      await journal.append(threadId, [{ seq: 7 }, { seq: 7, threadId: elsewhere }, { seq: -1 }]);
      const thread = await loaded(journal, threadId);
      assert.deepEqual(
        thread.entries.map(entry => [entry.seq, entry.threadId]),
        range(0, 3).map(seq => [seq, threadId]),
      );
      await absent(journal, elsewhere);
    },
    { labels: ['F15'] },
  ),
  conformanceCase(
    'takes the recorded entries of one thread for another thread as they are',
    async ({ journal, threadId }) => {
      await journal.append(threadId, [whole, { kind: 'message' }]);
      const original = await loaded(journal, threadId);
      const other = `${threadId}-copy`;
      await journal.append(other, [{ payload: { first: true } }]);
      const result = await journal.append(other, original.entries);
      const moved = original.entries.map((entry, index) => ({ ...entry, threadId: other, seq: index + 1 }));
      const generation = (await journal.head(other))?.generation;
      assert.deepEqual(result, { threadId: other, generation, rev: 3, entries: moved, created: true });
      assert.deepEqual((await loaded(journal, other)).entries.slice(1), moved);
    },
    { labels: ['E23'] },
  ),
  conformanceCase(
    'keeps the entries of different threads apart, also when their ids are the same',
    async ({ journal, threadId }) => {
      const other = `${threadId}-other`;
      await journal.append(threadId, [{ id: 'same', payload: { of: 'one' } }]);
      const result = await journal.append(other, [{ id: 'same', payload: { of: 'other' } }]);
      assert.equal(result.created, true);
      assert.deepEqual(payloadsOf(await loaded(journal, threadId)), [{ of: 'one' }]);
      assert.deepEqual(payloadsOf(await loaded(journal, other)), [{ of: 'other' }]);
    },
    { labels: ['F26'] },
  ),
  conformanceCase(
    'refuses a field of an entry that it would not keep, and writes nothing',
    async ({ journal, threadId }) => {
      const entry = { role: 'user', content: 'hello' };
      await refuses(() => journal.append(threadId, [{}, entry as never]), 'invalid_entry', { path: 'entries[1]' });
      await absent(journal, threadId);
    },
  ),
];
