import assert from 'node:assert/strict';
import { chainHash, entryDigest, genesisHash } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { numbered, range } from '../expectations.ts';

export const headCases: readonly ConformanceCase[] = [
  conformanceCase('gives the facts of a thread without its entries', async ({ open, threadId }) => {
    const journal = await open({ now: () => 42 });
    await journal.append(threadId, numbered(2), { metadata: { a: 1 } });
    const head = await journal.head(threadId);
    const facts = { threadId, rev: 2, metadata: { a: 1 }, createdAt: 42, updatedAt: 42 };
    assert.deepEqual(head, { ...facts, generation: head?.generation, hash: head?.hash });
    assert.match(head?.hash ?? '', /^[0-9a-f]{64}$/u);
    assert.ok(head?.generation);
  }),
  conformanceCase('starts the hash chain from the thread id', async ({ journal, threadId }) => {
    await journal.append(threadId, []);
    assert.equal((await journal.head(threadId))?.hash, genesisHash(threadId));
  }),
  conformanceCase('chains a hash that anyone can recompute from the stored fields', async ({ journal, threadId }) => {
    const entries = [
      { id: 'a', at: 1, kind: 'message', payload: { text: 'grüße', n: [1, null] }, refs: { to: 'x' } },
      { id: 'b', at: -2, kind: 'note', payload: {}, refs: {} },
      { id: 'ç', at: 3, kind: 'größe', payload: { emoji: '👋' }, refs: {} },
    ];
    await journal.append(threadId, entries.slice(0, 1));
    await journal.append(threadId, entries.slice(1));
    let hash = genesisHash(threadId);
    for (const { payload, refs, ...entry } of entries) {
      const stored = { ...entry, payload: JSON.stringify(payload), refs: JSON.stringify(refs) };
      hash = chainHash(hash, entryDigest(stored));
    }
    assert.equal((await journal.head(threadId))?.hash, hash);
  }),
  conformanceCase('has one hash for one history, however it was cut into appends', async ({ journal, threadId }) => {
    const entries = numbered(6).map((entry, index) => ({ ...entry, id: `e${index}`, at: index }));
    const hashes = new Set<string | undefined>();
    for (const size of [6, 1, 2, 4]) {
      for (let from = 0; from < 6; from += size) await journal.append(threadId, entries.slice(from, from + size));
      hashes.add((await journal.head(threadId))?.hash);
      await journal.delete(threadId);
    }
    assert.equal(hashes.size, 1);
  }),
  conformanceCase('has another hash when any field of any entry differs', async ({ journal, threadId }) => {
    const one = { id: 'a', at: 1, kind: 'k', payload: { p: 1 }, refs: { r: 1 } };
    const changes = [{}, { id: 'b' }, { at: 2 }, { kind: 'l' }, { payload: { p: 2 } }, { refs: { r: 2 } }];
    const hashes = new Set<string | undefined>();
    for (const change of changes) {
      await journal.append(threadId, [
        { ...one, ...change },
        { id: 'last', at: 9 },
      ]);
      hashes.add((await journal.head(threadId))?.hash);
      await journal.delete(threadId);
    }
    assert.equal(hashes.size, changes.length);
  }),
  conformanceCase('keeps the generation of a thread through all appends', async ({ journal, threadId }) => {
    const generations = new Set<string | undefined>();
    for (const count of range(0, 4)) {
      await journal.append(threadId, numbered(count));
      generations.add((await journal.head(threadId))?.generation);
    }
    assert.equal(generations.size, 1);
    assert.ok(!generations.has(undefined));
  }),
  conformanceCase('gives every thread a generation of its own', async ({ journal, threadId }) => {
    const generations = new Set<string | undefined>();
    for (const n of range(0, 5)) {
      await journal.append(`${threadId}-${n}`, []);
      generations.add((await journal.head(`${threadId}-${n}`))?.generation);
    }
    assert.equal(generations.size, 5);
  }),
];
