import assert from 'node:assert/strict';
import type { Journal } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, firstOf, leavesUnchanged, loaded, numbered, refuses, rejectionOf } from '../expectations.ts';

type Options = { readonly signal?: AbortSignal };

/** Every public call. A reader says what is wrong when it is first asked for something. */
const calls: Readonly<Record<string, (journal: Journal, threadId: string, options?: Options) => Promise<unknown>>> = {
  append: (journal, id, options) => journal.append(id, numbered(1), options),
  'append of nothing': (journal, id, options) => journal.append(id, [], options),
  load: (journal, id, options) => journal.load(id, options),
  head: (journal, id, options) => journal.head(id, options),
  read: (journal, id, options) => firstOf(journal.read(id, options)),
  'read of nothing': (journal, id, options) => firstOf(journal.read(id, { ...options, limit: 0 })),
  readAll: (journal, _, options) => firstOf(journal.readAll(options)),
  'readAll of nothing': (journal, _, options) => firstOf(journal.readAll({ ...options, limit: 0 })),
  threads: (journal, _, options) => firstOf(journal.threads(options)),
  delete: (journal, id, options) => journal.delete(id, options),
  erasures: (journal, _, options) => firstOf(journal.erasures(options)),
};

function rejectsAborted(name: string, call: (typeof calls)[string]): ConformanceCase {
  return conformanceCase(`rejects an aborted ${name} with the reason of its signal`, async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(2));
    await leavesUnchanged(journal, threadId, async () => {
      for (const reason of [new Error('stopped'), 'a string', 0, null]) {
        assert.equal(await rejectionOf(call(journal, threadId, { signal: AbortSignal.abort(reason) })), reason);
      }
      const { name } = (await rejectionOf(call(journal, threadId, { signal: AbortSignal.abort() }))) as Error;
      assert.equal(name, 'AbortError');
    });
  });
}

export const lifecycleCases: readonly ConformanceCase[] = [
  ...Object.entries(calls).map(([name, call]) => rejectsAborted(name, call)),
  conformanceCase('creates no thread when an append is aborted before it begins', async ({ journal, threadId }) => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await rejectionOf(journal.append(threadId, numbered(2), { signal, metadata: { a: 1 } }));
    await absent(journal, threadId);
  }),
  conformanceCase('does its work under a signal that is not aborted', async ({ journal, threadId }) => {
    const { signal } = new AbortController();
    for (const call of Object.values(calls)) await call(journal, threadId, { signal });
    await absent(journal, threadId);
    await journal.append(threadId, numbered(2), { signal });
    assert.equal((await journal.load(threadId, { signal }))?.rev, 2);
  }),
  ...Object.entries(calls).map(([name, call]) =>
    conformanceCase(`rejects ${name} after it was closed`, async ({ journal, open, threadId }) => {
      await journal.append(threadId, numbered(2));
      const other = await open();
      await journal.close();
      await leavesUnchanged(other, threadId, () => refuses(() => call(journal, threadId), 'journal_closed'));
    }),
  ),
  conformanceCase('can be closed twice, and at once', async ({ journal, threadId }) => {
    assert.deepEqual(await Promise.all([journal.close(), journal.close()]), [undefined, undefined]);
    assert.equal(await journal.close(), undefined);
    await refuses(() => journal.head(threadId), 'journal_closed');
  }),
  conformanceCase('leaves other journals on the store open when it is closed', async ({ journal, open, threadId }) => {
    const other = await open();
    await journal.append(threadId, numbered(1));
    await journal.close();
    assert.equal((await loaded(other, threadId)).rev, 1);
    assert.equal((await other.append(threadId, numbered(1), { expectedRev: 1 })).rev, 2);
  }),
  conformanceCase('ends what was appended before it closes', async ({ journal, open, threadId }) => {
    const other = await open();
    const [{ rev }] = await Promise.all([journal.append(threadId, numbered(3)), journal.close()]);
    assert.equal(rev, 3);
    assert.equal((await loaded(other, threadId)).rev, 3);
  }),
];
