import assert from 'node:assert/strict';
import type { ReadOptions } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { range, seqsOf } from '../expectations.ts';

const kinds = ['message', 'tool_call', 'tool_result', 'message', 'note', 'message', 'tool_call', 'Message'];

function reads(title: string, expected: readonly (readonly [ReadOptions, readonly number[]])[]): ConformanceCase {
  return conformanceCase(title, async ({ journal, threadId }) => {
    await journal.append(
      threadId,
      kinds.map(kind => ({ kind })),
    );
    for (const [options, seqs] of expected) {
      assert.deepEqual(await seqsOf(journal.read(threadId, options)), seqs, JSON.stringify(options));
    }
  });
}

export const readKindsCases: readonly ConformanceCase[] = [
  reads('reads one kind, written exactly so', [
    [{ kinds: ['message'] }, [0, 3, 5]],
    [{ kinds: ['Message'] }, [7]],
    [{ kinds: ['mess'] }, []],
    [{ kinds: ['%'] }, []],
    [{ kinds: ['unknown'] }, []],
  ]),
  reads('reads several kinds in the order of the thread', [
    [{ kinds: ['tool_result', 'tool_call'] }, [1, 2, 6]],
    [{ kinds: ['note', 'note', 'unknown'] }, [4]],
    [{ kinds: [...new Set(kinds)] }, range(0, 8)],
  ]),
  reads('reads nothing when no kind is asked for', [[{ kinds: [] }, []]]),
  reads('takes thousands of kinds at once', [
    [{ kinds: [...range(0, 5_000).map(n => `kind ${n}`), 'note', 'message'] }, [0, 3, 4, 5]],
  ]),
  reads('counts only what it gives against the limit', [
    [{ kinds: ['message'], limit: 2 }, [0, 3]],
    [{ kinds: ['message'], limit: 3 }, [0, 3, 5]],
    [{ kinds: ['tool_call'], limit: 1 }, [1]],
    [{ kinds: ['message'], limit: 0 }, []],
  ]),
  reads('reads kinds backward', [
    [{ kinds: ['message'], direction: 'backward' }, [5, 3, 0]],
    [{ kinds: ['message', 'note'], direction: 'backward', limit: 2 }, [5, 4]],
  ]),
  reads('reads kinds within a range', [
    [{ kinds: ['message'], fromSeq: 1, toSeq: 5 }, [3]],
    [{ kinds: ['message'], fromSeq: 3, toSeq: 6 }, [3, 5]],
    [{ kinds: ['message'], fromSeq: 1, toSeq: 6, direction: 'backward', limit: 1 }, [5]],
    [{ kinds: ['note'], fromSeq: 5 }, []],
  ]),
  conformanceCase('finds the few entries of a kind in 1,500 others', async ({ journal, threadId }) => {
    const rare = [0, 249, 250, 700, 1_200, 1_499];
    for (const from of [0, 750]) {
      const part = range(from, from + 750).map(n => ({ kind: rare.includes(n) ? 'rare' : 'common' }));
      await journal.append(threadId, part);
    }
    const read = (options: ReadOptions) => seqsOf(journal.read(threadId, { kinds: ['rare'], ...options }));
    assert.deepEqual(await read({}), rare);
    assert.deepEqual(await read({ direction: 'backward' }), rare.toReversed());
    assert.deepEqual(await read({ limit: 4 }), rare.slice(0, 4));
    assert.deepEqual(await read({ fromSeq: 250, toSeq: 1_200 }), [250, 700]);
  }),
];
