import assert from 'node:assert/strict';
import { appendToThread, newThread, type Thread } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { appendMany, loaded, numbered, payloadsOf, range, refuses } from '../expectations.ts';
import { neverScalar } from '../wrong-types.ts';

export const refreshCases: readonly ConformanceCase[] = [
  conformanceCase('refreshes a thread value to what load gives now', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(3), { metadata: { a: 1 } });
    const before = await loaded(journal, threadId);
    await journal.append(threadId, numbered(2, 3));
    const after = await journal.refresh(before);
    assert.deepEqual(after, await loaded(journal, threadId));
    assert.deepEqual([before.rev, after?.rev], [3, 5]);
  }),
  conformanceCase('refreshes a thread value that is up to date to an equal one', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(3));
    const thread = await loaded(journal, threadId);
    assert.deepEqual(await journal.refresh(thread), thread);
  }),
  conformanceCase('refreshes the head too when nothing was appended but []', async ({ open, threadId }) => {
    let clock = 1_000;
    const journal = await open({ now: () => (clock += 1_000) });
    await journal.append(threadId, numbered(1));
    const thread = await loaded(journal, threadId);
    await journal.append(threadId, []);
    const after = await journal.refresh(thread);
    assert.ok(after !== undefined && after.updatedAt > thread.updatedAt);
    assert.deepEqual(after, await loaded(journal, threadId));
  }),
  conformanceCase('refreshes a value from any rev of the past', async ({ journal, threadId }) => {
    await appendMany(journal, threadId, 600);
    const now = await loaded(journal, threadId);
    for (const upToRev of [1, 2, 255, 256, 257, 599, 600]) {
      const then = await journal.load(threadId, { upToRev });
      assert.ok(then !== undefined);
      assert.deepEqual(await journal.refresh(then), now);
    }
  }),
  conformanceCase('refreshes across thousands of new entries', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(1));
    const before = await loaded(journal, threadId);
    for (let from = 1; from < 2_501; from += 500) await journal.append(threadId, numbered(500, from));
    const ns = (await journal.refresh(before))?.entries.map(({ payload }) => payload['n']);
    assert.deepEqual(ns, range(0, 2_501));
  }),
  conformanceCase('refreshes a deleted thread to undefined', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(2));
    const thread = await loaded(journal, threadId);
    await journal.delete(threadId);
    assert.equal(await journal.refresh(thread), undefined);
    await journal.append(threadId, []);
    assert.equal(await journal.refresh(thread), undefined);
  }),
  conformanceCase('refreshes to the new thread when the old one was made again', async ({ journal, threadId }) => {
    const same = { id: 'same', at: 1, payload: { n: 0 } };
    await journal.append(threadId, [same], { metadata: { life: 1 } });
    const old = await loaded(journal, threadId);
    await journal.delete(threadId);
    for (const more of [same, { payload: { n: 1 } }, { payload: { n: 2 } }]) {
      await journal.append(threadId, [more], { metadata: { life: 2 } });
      const thread = await journal.refresh(old);
      assert.deepEqual(thread, await loaded(journal, threadId));
      assert.notEqual(thread?.generation, old.generation);
      assert.deepEqual(thread?.metadata, { life: 2 });
    }
  }),
  conformanceCase('refreshes a value built in memory to what is stored', async ({ journal, threadId }) => {
    assert.equal(await journal.refresh(newThread(threadId)), undefined);
    const local = appendToThread(newThread(threadId), numbered(2));
    assert.equal(await journal.refresh(local), undefined);
    await journal.append(threadId, local.entries);
    assert.deepEqual(await journal.refresh(local), await loaded(journal, threadId));
    await journal.append(threadId, numbered(1, 2));
    assert.deepEqual(await journal.refresh(newThread(threadId)), await loaded(journal, threadId));
  }),
  conformanceCase('refreshes a value whose entries are not the stored ones to these', async ({ journal, threadId }) => {
    const base = appendToThread(newThread(threadId), numbered(1));
    await journal.append(threadId, [...base.entries, ...numbered(2, 1)]);
    const forks = [
      appendToThread(base, numbered(1, 50)),
      appendToThread(base, numbered(2, 50)),
      appendToThread(base, numbered(5, 50)),
    ];
    for (const fork of forks) {
      const thread = await journal.refresh(fork);
      assert.deepEqual(thread, await loaded(journal, threadId));
      assert.deepEqual(thread && payloadsOf(thread), [{ n: 0 }, { n: 1 }, { n: 2 }]);
    }
  }),
  conformanceCase('refuses to refresh what is no thread value', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(2));
    const thread = await loaded(journal, threadId);
    for (const wrong of [...neverScalar, undefined, 'x', 1]) {
      await refuses(async () => journal.refresh(wrong as Thread), ['invalid_argument', 'invalid_rev']);
    }
    const wrongParts = [{ id: '' }, { id: 7 }, { hash: undefined }, { hash: ['x'] }, { generation: 7 }];
    for (const part of wrongParts) {
      await refuses(async () => journal.refresh({ ...thread, ...part } as Thread), ['invalid_argument', 'invalid_id']);
    }
    await refuses(async () => journal.refresh({ ...thread, rev: 1 }), 'invalid_rev', { rev: 1, entryCount: 2 });
    await refuses(async () => journal.refresh({ ...thread, id: `${threadId}\u0000` }), 'invalid_id');
  }),
  conformanceCase('does not believe a hash that is none', async ({ journal, threadId }) => {
    await journal.append(threadId, numbered(2));
    const thread = await loaded(journal, threadId);
    const entries = thread.entries.map(entry => ({ ...entry, payload: { forged: true } }));
    for (const hash of ['', 'x', thread.hash.slice(1), `${thread.hash}0`, thread.hash.toUpperCase()]) {
      assert.deepEqual(await journal.refresh({ ...thread, entries, hash }), thread);
    }
  }),
];
