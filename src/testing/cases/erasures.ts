import assert from 'node:assert/strict';
import { type Erasure, genesisHash, type Journal } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { numbered, range, take } from '../expectations.ts';

/** No generation is empty, so behind this record stand all those of the ids that begin with `prefix`. */
function start(prefix: string): Pick<Erasure, 'threadId' | 'generation'> {
  return { threadId: prefix, generation: '!' };
}

async function erasuresUnder(journal: Journal, prefix: string): Promise<Erasure[]> {
  const found: Erasure[] = [];
  for await (const erasure of journal.erasures({ after: start(prefix) })) {
    if (!erasure.threadId.startsWith(prefix)) break;
    found.push(erasure);
  }
  return found;
}

/** Creates and deletes the thread `lives` times; answers with its generations, oldest first. */
async function liveAndDie(journal: Journal, threadId: string, lives = 1): Promise<string[]> {
  const generations: string[] = [];
  for (const _ of range(0, lives)) {
    await journal.append(threadId, []);
    generations.push((await journal.head(threadId))?.generation ?? '');
    await journal.delete(threadId);
  }
  return generations;
}

export const erasureCases: readonly ConformanceCase[] = [
  conformanceCase('keeps a record of what was deleted, without content', async ({ open, threadId }) => {
    let clock = 1_000;
    const journal = await open({ now: () => clock });
    await journal.append(threadId, [{ payload: { secret: 'x' } }, {}], { metadata: { secret: 'y' } });
    const head = await journal.head(threadId);
    clock = 9_000;
    await journal.delete(threadId);
    const facts = { threadId, generation: head?.generation, rev: 2, hash: head?.hash, erasedAt: 9_000 };
    assert.deepEqual(await erasuresUnder(journal, threadId), [facts]);
  }),
  conformanceCase('records nothing when there was nothing to delete', async ({ journal, threadId }) => {
    await journal.delete(threadId);
    await liveAndDie(journal, threadId);
    await journal.delete(threadId);
    assert.equal((await erasuresUnder(journal, threadId)).length, 1);
  }),
  conformanceCase('records a head that was deleted without entries', async ({ journal, threadId }) => {
    await liveAndDie(journal, threadId);
    const [erasure] = await erasuresUnder(journal, threadId);
    assert.deepEqual([erasure?.rev, erasure?.hash], [0, genesisHash(threadId)]);
  }),
  conformanceCase('keeps the record when the thread is created again', async ({ journal, threadId }) => {
    const [generation] = await liveAndDie(journal, threadId);
    await journal.append(threadId, numbered(3));
    const found = await erasuresUnder(journal, threadId);
    assert.deepEqual(
      found.map(erasure => [erasure.generation, erasure.rev]),
      [[generation, 0]],
    );
    assert.notEqual((await journal.head(threadId))?.generation, generation);
  }),
  conformanceCase('lists records by thread id, bytewise', async ({ journal, threadId }) => {
    const suffixes = ['', '-B', '-a', '-aa', '\uffee', '😀'];
    for (const suffix of suffixes.toReversed()) await liveAndDie(journal, threadId + suffix);
    const ids = (await erasuresUnder(journal, threadId)).map(erasure => erasure.threadId);
    assert.deepEqual(
      ids,
      suffixes.map(suffix => threadId + suffix),
    );
  }),
  conformanceCase('lists the records of one thread by generation, bytewise', async ({ open, threadId }) => {
    const names = ['d', 'B', 'é', '10', '9', 'a'];
    let made = 0;
    const newId = () => {
      made += 1;
      return `${names[made % 6]}-${made}-${threadId}`;
    };
    const journal = await open({ newId });
    const generations = await liveAndDie(journal, threadId, 6);
    const found = (await erasuresUnder(journal, threadId)).map(erasure => erasure.generation);
    assert.deepEqual(
      found,
      generations.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    assert.notDeepEqual(found, generations);
  }),
  conformanceCase('starts behind the given record, within a thread too', async ({ journal, threadId }) => {
    await liveAndDie(journal, `${threadId}-a`, 3);
    await liveAndDie(journal, `${threadId}-b`);
    const all = await erasuresUnder(journal, threadId);
    assert.equal(all.length, 4);
    for (const [index, after] of all.entries()) {
      const rest = await take(journal.erasures({ after }), 3 - index);
      assert.deepEqual(rest, all.slice(index + 1));
    }
  }),
  conformanceCase('lists no more records than the limit', async ({ journal, threadId }) => {
    await liveAndDie(journal, threadId, 3);
    const all = await erasuresUnder(journal, threadId);
    for (const limit of [0, 1, 2, 3]) {
      const found = await take(journal.erasures({ after: start(threadId), limit }));
      assert.deepEqual(found, all.slice(0, limit));
    }
  }),
  conformanceCase('lists hundreds of records in one go', async ({ journal, threadId }) => {
    const suffixes = range(0, 320).map(n => `-${String(n).padStart(3, '0')}`);
    for (let from = 0; from < 320; from += 20) {
      await Promise.all(suffixes.slice(from, from + 20).map(suffix => liveAndDie(journal, threadId + suffix)));
    }
    const ids = (await erasuresUnder(journal, threadId)).map(erasure => erasure.threadId.slice(threadId.length));
    assert.deepEqual(ids, suffixes);
  }),
];
