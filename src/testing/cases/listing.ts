import assert from 'node:assert/strict';
import type { Journal, ThreadsOptions } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { numbered, range, take } from '../expectations.ts';

/** The threads whose ids begin with `prefix`: those of one case among all on the store. */
async function idsUnder(journal: Journal, prefix: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { threadId } of journal.threads({ after: prefix })) {
    if (!threadId.startsWith(prefix)) break;
    ids.push(threadId.slice(prefix.length));
  }
  return ids;
}

async function page(journal: Journal, options: ThreadsOptions): Promise<string[]> {
  return (await take(journal.threads(options))).map(({ threadId }) => threadId);
}

async function create(journal: Journal, ids: readonly string[]): Promise<void> {
  for (const id of ids) await journal.append(id, []);
}

/** A case that creates these threads, in another order, and lists them in this one. */
function lists(title: string, suffixes: readonly string[]): ConformanceCase {
  return conformanceCase(title, async ({ journal, threadId }) => {
    await create(
      journal,
      suffixes.toReversed().map(suffix => threadId + suffix),
    );
    assert.deepEqual(await idsUnder(journal, threadId), suffixes);
  });
}

export const listingCases: readonly ConformanceCase[] = [
  lists('lists threads by id, not by age', ['a', 'b', 'c', 'd']),
  lists('lists a shorter id before the longer one that begins with it', ['-', '-a', '-a ', '-aa', '-b']),
  lists('orders ids by their bytes, not by the alphabet', [
    ' ',
    '!',
    '-',
    '0',
    '10',
    '9',
    'A',
    'B',
    'Z',
    '_',
    'a',
    'b',
    'z',
  ]),
  lists('orders ids beyond ASCII by their bytes', ['z', '~', 'ß', 'à', 'é', 'Ω', 'я', 'あ', '漢']),
  lists('orders ids beyond the basic plane after all others', [
    '\ue000',
    '\uffee',
    '\ufffd',
    '\u{10000}',
    '😀',
    '\u{10fffd}',
  ]),
  conformanceCase('lists each thread with its head', async ({ journal, threadId }) => {
    const ids = ['-a', '-b', '-c'].map(suffix => threadId + suffix);
    for (const [index, id] of ids.entries()) {
      await journal.append(id, numbered(index), { metadata: { index } });
    }
    const heads = await take(journal.threads({ after: threadId, limit: 3 }));
    assert.deepEqual(heads, await Promise.all(ids.map(id => journal.head(id))));
    assert.deepEqual(
      heads.map(({ rev, metadata }) => [rev, metadata]),
      range(0, 3).map(index => [index, { index }]),
    );
  }),
  conformanceCase('starts behind the given id, whether it is there or not', async ({ journal, threadId }) => {
    const ids = ['-a', '-c', '-e'].map(suffix => threadId + suffix);
    await create(journal, ids);
    const after = (suffix: string) => page(journal, { after: threadId + suffix, limit: 1 });
    assert.deepEqual(await after('-a'), [ids[1]]);
    assert.deepEqual(await after('-b'), [ids[1]]);
    assert.deepEqual(await after('-c'), [ids[2]]);
    assert.ok(!(await page(journal, { after: `${threadId}-e` })).some(id => ids.includes(id)));
  }),
  conformanceCase('lists no more than the limit', async ({ journal, threadId }) => {
    const ids = ['-a', '-b', '-c'].map(suffix => threadId + suffix);
    await create(journal, ids);
    for (const limit of [0, 1, 2, 3]) {
      assert.deepEqual(await page(journal, { after: threadId, limit }), ids.slice(0, limit));
    }
  }),
  conformanceCase('lists every thread once, page by page', async ({ journal, threadId }) => {
    const ids = range(0, 25).map(n => `${threadId}-${String(n).padStart(2, '0')}`);
    await create(journal, ids);
    const listed: string[] = [];
    for (let after = threadId; listed.length < 25; after = listed.at(-1) ?? after) {
      const next = await page(journal, { after, limit: Math.min(7, 25 - listed.length) });
      assert.ok(next.length > 0);
      listed.push(...next);
    }
    assert.deepEqual(listed, ids);
  }),
  conformanceCase('lists hundreds of threads in one go', async ({ journal, threadId }) => {
    const suffixes = range(0, 520).map(n => `-${String(n).padStart(3, '0')}`);
    for (let from = 0; from < 520; from += 20) {
      await Promise.all(suffixes.slice(from, from + 20).map(suffix => journal.append(threadId + suffix, [])));
    }
    assert.deepEqual(await idsUnder(journal, threadId), suffixes);
  }),
  conformanceCase('lists all threads of the store in order when nothing is asked', async ({ journal, threadId }) => {
    await create(journal, [`${threadId}-b`, `${threadId}-a`]);
    const ids = await page(journal, {});
    const sorted = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(ids, sorted);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.includes(`${threadId}-a`));
    assert.equal(ids.indexOf(`${threadId}-b`), ids.indexOf(`${threadId}-a`) + 1);
  }),
  conformanceCase('lists no thread that was deleted', async ({ journal, threadId }) => {
    await create(journal, [`${threadId}-a`, `${threadId}-b`, `${threadId}-c`]);
    await journal.delete(`${threadId}-b`);
    assert.deepEqual(await idsUnder(journal, threadId), ['-a', '-c']);
  }),
];
