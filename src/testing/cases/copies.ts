import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { listIn, loaded, payloadsOf, take } from '../expectations.ts';

export const copyCases: readonly ConformanceCase[] = [
  conformanceCase('records what the entries were when append was called', async ({ journal, threadId }) => {
    const list = [1];
    const payload: Record<string, unknown> = { list, bytes: new Uint8Array([1, 2]) };
    const metadata: Record<string, unknown> = { v: 1 };
    const entries = [{ payload }];
    const append = journal.append(threadId, entries, { metadata });
    list.push(2);
    payload['more'] = true;
    (payload['bytes'] as Uint8Array).fill(9);
    metadata['v'] = 2;
    entries.push({ payload: {} });
    await append;
    const thread = await loaded(journal, threadId);
    assert.deepEqual(payloadsOf(thread), [{ list: [1], bytes: new Uint8Array([1, 2]) }]);
    assert.deepEqual(thread.metadata, { v: 1 });
  }),
  conformanceCase('is not changed by what a caller does to its entries later', async ({ journal, threadId }) => {
    const payload = { list: [1], when: new Date(1), map: new Map([['a', 1]]) };
    await journal.append(threadId, [{ id: 'a', payload }]);
    payload.list.push(2);
    payload.when.setTime(2);
    payload.map.set('b', 2);
    const kept = { list: [1], when: new Date(1), map: new Map([['a', 1]]) };
    assert.deepEqual(payloadsOf(await loaded(journal, threadId)), [kept]);
    assert.equal((await journal.append(threadId, [{ id: 'a', payload: kept }])).created, false);
  }),
  conformanceCase('is not changed by what a caller does to the answer of append', async ({ journal, threadId }) => {
    const payload = { list: [1] };
    const result = await journal.append(threadId, [{ id: 'a', payload }]);
    listIn(result.entries[0]?.payload, 'list').push(2);
    assert.deepEqual(payload, { list: [1] });
    assert.deepEqual(payloadsOf(await loaded(journal, threadId)), [{ list: [1] }]);
    const again = await journal.append(threadId, [{ id: 'a', payload }]);
    assert.deepEqual(payloadsOf(again), [{ list: [1] }]);
  }),
  conformanceCase('answers append with the values that load will give', async ({ journal, threadId }) => {
    const shared = { n: -0 };
    const payload = { a: shared, b: shared, bytes: new Uint8Array(8).subarray(2, 4), gone: undefined };
    const result = await journal.append(threadId, [{ payload, refs: { shared } }]);
    const { entries } = await loaded(journal, threadId);
    assert.deepEqual(result.entries, entries);
    assert.deepEqual(await take(journal.read(threadId)), entries);
    assert.deepEqual(entries[0]?.payload, payload);
    const bytes = entries[0]?.payload['bytes'];
    assert.ok(
      bytes instanceof Uint8Array && bytes.buffer.byteLength === 2,
      'it keeps what the view shows, not its buffer',
    );
  }),
  conformanceCase('is not changed by what a caller does to a head', async ({ journal, threadId }) => {
    await journal.append(threadId, [], { metadata: { tags: ['a'] } });
    const head = await journal.head(threadId);
    listIn(head?.metadata, 'tags').push('b');
    assert.deepEqual((await journal.head(threadId))?.metadata, { tags: ['a'] });
    const [listed] = await take(journal.threads({ after: threadId.slice(0, -1) }), 1);
    listIn(listed?.metadata, 'tags').push('c');
    assert.deepEqual((await journal.head(threadId))?.metadata, { tags: ['a'] });
  }),
];
