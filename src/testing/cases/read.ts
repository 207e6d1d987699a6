import assert from 'node:assert/strict';
import type { ReadOptions } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { appendMany, listIn, loaded, numbered, range, seqsOf, take } from '../expectations.ts';

/** On a thread of eight entries, these options read these seqs. */
function reads(title: string, expected: readonly (readonly [ReadOptions, readonly number[]])[]): ConformanceCase {
  return conformanceCase(title, async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(8));
    for (const [options, seqs] of expected) {
      assert.deepEqual(await seqsOf(journal.read(threadId, options)), seqs, JSON.stringify(options));
    }
  });
}

const backward = 'backward';
const max = Number.MAX_SAFE_INTEGER;

export const readCases: readonly ConformanceCase[] = [
  conformanceCase('reads every entry as it was recorded', async ({ journal, threadId }) => {
    const { entries } = await journal.append(threadId, [{ kind: 'message', refs: { a: 1 } }, ...numbered(2)]);
    assert.deepEqual(await take(journal.read(threadId)), entries);
  }),
  reads('reads forward by default, from the first entry to the last', [
    [{}, range(0, 8)],
    [{ direction: 'forward' }, range(0, 8)],
    [{ fromSeq: undefined, toSeq: undefined, limit: undefined, direction: undefined, kinds: undefined }, range(0, 8)],
  ]),
  reads('reads backward from the last entry to the first', [[{ direction: backward }, range(0, 8).reverse()]]),
  reads('includes fromSeq and excludes toSeq, forward', [
    [{ fromSeq: 3 }, [3, 4, 5, 6, 7]],
    [{ toSeq: 3 }, [0, 1, 2]],
    [{ fromSeq: 2, toSeq: 5 }, [2, 3, 4]],
    [{ fromSeq: 7 }, [7]],
    [{ fromSeq: 4, toSeq: 5 }, [4]],
  ]),
  reads('includes fromSeq and excludes toSeq, backward', [
    [{ fromSeq: 5, direction: backward }, [7, 6, 5]],
    [{ toSeq: 3, direction: backward }, [2, 1, 0]],
    [{ fromSeq: 2, toSeq: 5, direction: backward }, [4, 3, 2]],
    [{ fromSeq: 0, toSeq: 1, direction: backward }, [0]],
  ]),
  reads('reads nothing from an empty or a turned range', [
    [{ fromSeq: 3, toSeq: 3 }, []],
    [{ toSeq: 0 }, []],
    [{ fromSeq: 5, toSeq: 2 }, []],
    [{ fromSeq: 5, toSeq: 2, direction: backward }, []],
  ]),
  reads('leaves out what lies beyond the end of the thread', [
    [{ fromSeq: 6, toSeq: 100 }, [6, 7]],
    [{ toSeq: max, direction: backward, limit: 2 }, [7, 6]],
    [{ fromSeq: 8 }, []],
    [{ fromSeq: max }, []],
    [{ fromSeq: 8, direction: backward }, []],
  ]),
  reads('reads no more than the limit', [
    [{ limit: 0 }, []],
    [{ limit: 1 }, [0]],
    [{ limit: 3 }, [0, 1, 2]],
    [{ limit: 8 }, range(0, 8)],
    [{ limit: max }, range(0, 8)],
    [{ fromSeq: 2, toSeq: 7, limit: 3 }, [2, 3, 4]],
    [{ fromSeq: 6, limit: 3 }, [6, 7]],
  ]),
  reads('reads the tail with a limit backward', [
    [{ direction: backward, limit: 0 }, []],
    [{ direction: backward, limit: 1 }, [7]],
    [{ direction: backward, limit: 3 }, [7, 6, 5]],
    [{ direction: backward, limit: 9 }, range(0, 8).reverse()],
    [{ direction: backward, fromSeq: 2, toSeq: 6, limit: 3 }, [5, 4, 3]],
    [{ direction: backward, fromSeq: 4, toSeq: 6, limit: 3 }, [5, 4]],
  ]),
  conformanceCase('reads every range of a small thread as a slice of an array', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(3));
    for (const fromSeq of range(0, 5)) {
      for (const toSeq of range(0, 5)) {
        const slice = [0, 1, 2].slice(fromSeq, toSeq);
        for (const limit of [1, 2, 4]) {
          const where = JSON.stringify({ fromSeq, toSeq, limit });
          const forward = await seqsOf(journal.read(threadId, { fromSeq, toSeq, limit }));
          assert.deepEqual(forward, slice.slice(0, limit), where);
          const back = await seqsOf(journal.read(threadId, { fromSeq, toSeq, limit, direction: backward }));
          assert.deepEqual(back, slice.toReversed().slice(0, limit), where);
        }
      }
    }
  }),
  conformanceCase('reads nothing of a thread that does not exist', async ({ journal, threadId }) => {
    assert.deepEqual(await take(journal.read(threadId)), []);
    assert.deepEqual(await take(journal.read(threadId, { direction: backward, limit: 5 })), []);
    assert.equal(await journal.head(threadId), undefined);
  }),
  conformanceCase('reads nothing of a head without entries', async ({ journal, threadId }) => {
    await journal.append(threadId, []);
    assert.deepEqual(await take(journal.read(threadId)), []);
  }),
  conformanceCase('reads no entries of threads whose ids begin alike', async ({ journal, threadId }) => {
    for (const [index, id] of [threadId, `${threadId}0`, `${threadId} `, `${threadId}%`].entries()) {
      await journal.append(id, numbered(index + 1));
    }
    assert.deepEqual(await seqsOf(journal.read(threadId)), [0]);
    assert.deepEqual(await seqsOf(journal.read(`${threadId}%`)), [0, 1, 2, 3]);
  }),
  conformanceCase('gives entries of their own to each reader', async ({ journal, threadId }) => {
    await journal.append(threadId, [{ payload: { list: [1] } }]);
    const [entry] = await take(journal.read(threadId));
    listIn(entry?.payload, 'list').push(2);
    const [again] = await take(journal.read(threadId));
    assert.deepEqual(again?.payload, { list: [1] });
  }),
  conformanceCase('reads the tail of a long thread the same way', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 1_500);
    const tail = await take(journal.read(threadId, { direction: backward, limit: 3 }));
    assert.deepEqual(tail, (await loaded(journal, threadId)).entries.slice(-3).reverse());
  }),
];
