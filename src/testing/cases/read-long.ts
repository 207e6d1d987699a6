import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { appendMany, firstOf, numbered, range, refuses, rejectionOf, seqsOf, take } from '../expectations.ts';

/** Reads on to the end, and answers with what was last read and what it ended with. */
async function drain(reader: AsyncIterator<{ readonly seq: number }>, seen: number[]): Promise<void> {
  for (let next = await reader.next(); !next.done; next = await reader.next()) seen.push(next.value.seq);
}

/** A page is the back end's affair; 1,001 entries are more than one of any sensible size. */
function endsWhen(
  title: string,
  act: 'delete' | 'delete and create again',
  direction: 'forward' | 'backward',
): ConformanceCase {
  return conformanceCase(title, async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_100);
    const generation = (await journal.head(threadId))?.generation;
    const reader = journal.read(threadId, { direction })[Symbol.asyncIterator]();
    const seen: number[] = [];
    const first = await reader.next();
    assert.ok(!first.done);
    seen.push(first.value.seq);
    await journal.delete(threadId);
    if (act !== 'delete') await appendMany(journal, threadId, 1_200);
    const error = await refuses(() => drain(reader, seen), 'thread_deleted', { threadId, generation });
    assert.equal(Reflect.get(error, 'lastSeq'), seen.at(-1));
    assert.ok(seen.length < 1_100, 'it should have ended before the last entry');
    const all = direction === 'forward' ? range(0, 1_100) : range(0, 1_100).reverse();
    assert.deepEqual(seen, all.slice(0, seen.length));
  });
}

export const readLongCases: readonly ConformanceCase[] = [
  conformanceCase('reads 1,500 entries exactly once, in order, in both directions', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_500);
    assert.deepEqual(await seqsOf(journal.read(threadId)), range(0, 1_500));
    assert.deepEqual(await seqsOf(journal.read(threadId, { direction: 'backward' })), range(0, 1_500).reverse());
  }),
  conformanceCase('reads any number of entries, whatever the size of its pages', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_500);
    const all = range(0, 1_500);
    for (const limit of [99, 100, 101, 199, 200, 201, 255, 256, 257, 499, 500, 501, 999, 1_000, 1_001, 1_499, 1_501]) {
      assert.deepEqual(await seqsOf(journal.read(threadId, { limit })), all.slice(0, limit), `first ${limit}`);
      const back = await seqsOf(journal.read(threadId, { limit, direction: 'backward' }));
      assert.deepEqual(back, all.slice(-limit).reverse(), `last ${limit}`);
    }
  }),
  conformanceCase('lets a reader stop early and read again', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_001);
    assert.equal((await take(journal.read(threadId), 3)).length, 3);
    assert.deepEqual(await seqsOf(journal.read(threadId, { limit: 2 })), [0, 1]);
    assert.equal((await journal.append(threadId, numbered(1))).rev, 1_002);
  }),
  conformanceCase('keeps two readers of one thread apart', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_001);
    const forward = journal.read(threadId)[Symbol.asyncIterator]();
    const backward = journal.read(threadId, { direction: 'backward' })[Symbol.asyncIterator]();
    for (const seq of range(0, 1_001)) {
      const [there, back] = await Promise.all([forward.next(), backward.next()]);
      assert.deepEqual([there.value?.seq, back.value?.seq], [seq, 1_000 - seq]);
    }
  }),
  conformanceCase(
    'gives no gap and nothing twice when entries arrive while it reads',
    async ({ journal, threadId }) => {
      await appendMany(journal, threadId, 1_100);
      const reader = journal.read(threadId)[Symbol.asyncIterator]();
      const seen: number[] = [];
      await reader.next();
      await appendMany(journal, threadId, 300);
      await drain(reader, seen);
      assert.ok(seen.length >= 1_099, `${seen.length} entries were read`);
      assert.deepEqual(seen, range(1, seen.length + 1));
    },
  ),
  endsWhen('ends with an error when the thread is deleted while it is read', 'delete', 'forward'),
  endsWhen('ends with an error when the thread is deleted while it is read backward', 'delete', 'backward'),
  endsWhen('does not go over into a thread created anew under the id', 'delete and create again', 'forward'),
  endsWhen('does not go over into a new thread, backward', 'delete and create again', 'backward'),
  conformanceCase('stops between two entries of a long thread when it is aborted', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_100);
    const stop = new AbortController();
    const reader = journal.read(threadId, { signal: stop.signal })[Symbol.asyncIterator]();
    const seen: number[] = [];
    await reader.next();
    const reason = new Error('enough');
    stop.abort(reason);
    assert.equal(await rejectionOf(drain(reader, seen)), reason);
    assert.ok(seen.length < 1_099, 'it should have ended before the last entry');
    assert.equal(await rejectionOf(firstOf(journal.read(threadId, { signal: stop.signal }))), reason);
  }),
];
