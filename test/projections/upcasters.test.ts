import { describe, expect, test } from 'vitest';
import type { Journal, JournalOptions, Upcasters } from '../../src/index.ts';
import { MemoryJournal, MemoryStore } from '../../src/testing/index.ts';
import { collect, eachBackend } from '../support/each-backend.ts';

const upcasters: Upcasters = {
  message: [
    ({ text, ...rest }) => ({ ...rest, content: text }),
    ({ content, ...rest }) => ({ ...rest, content: [{ type: 'text', text: content }] }),
  ],
};
const newest = (text: string) => ({ payload: { role: 'user', content: [{ type: 'text', text }] }, refs: { v: 3 } });

function guarantees(journalWith: (options: JournalOptions) => Journal, id: () => string): void {
  /** A thread with all three shapes of a message and one entry of another kind, as its writers wrote them. */
  async function threeShapes(): Promise<string> {
    const threadId = id();
    await journalWith({ snapshots: { seal: false } }).append(threadId, [
      { id: 'one', kind: 'message', payload: { role: 'user', text: 'a' } },
      { id: 'two', kind: 'message', payload: { role: 'user', content: 'b' }, refs: { v: 2 } },
      { id: 'three', kind: 'message', ...newest('c') },
      { id: 'four', kind: 'note', payload: { text: 'd' } },
    ]);
    return threadId;
  }
  const lifted = [newest('a'), newest('b'), newest('c'), { payload: { text: 'd' }, refs: {} }];
  const shapes = (entries: readonly { payload: unknown; refs: unknown }[] | undefined) =>
    entries?.map(({ payload, refs }) => ({ payload, refs }));

  test('whatever shape an entry was recorded in, every way of reading gives the newest', async () => {
    const threadId = await threeShapes();
    const journal = journalWith({ upcasters });
    const thread = await journal.load(threadId);
    expect(shapes(thread?.entries)).toEqual(lifted);
    expect(shapes(await collect(journal.read(threadId)))).toEqual(lifted);
    const feed = (await collect(journal.readAll())).filter(entry => entry.threadId === threadId);
    expect(shapes(feed)).toEqual(lifted);
    expect(feed.every(({ cursor }) => cursor.startsWith('1.'))).toBe(true);
    await journal.append(threadId, [{ kind: 'message', payload: { role: 'user', text: 'e' } }]);
    const refreshed = thread && (await journal.refresh(thread));
    expect(shapes(refreshed?.entries)).toEqual([...lifted, newest('e')]);
    expect(refreshed?.hash).toBe((await journal.head(threadId))?.hash);
  });

  test('what is stored does not change: without upcasters the entries are as they were, hash and all', async () => {
    const threadId = await threeShapes();
    const with_ = await journalWith({ upcasters }).load(threadId);
    const without = await journalWith({}).load(threadId);
    expect(without?.entries[0]?.payload).toEqual({ role: 'user', text: 'a' });
    expect(with_?.hash).toBe(without?.hash);
    const again = [{ id: 'one', kind: 'message', payload: { role: 'user', text: 'a' } }];
    expect(await journalWith({ upcasters }).append(threadId, again)).toMatchObject({ created: false });
  });

  test.each([
    ['an upcaster that throws', { upcasters: { message: [() => JSON.parse('{')] } }, 0],
    ['an upcaster that gives no plain object', { upcasters: { message: [() => [] as never] } }, 0],
    ['an entry newer than the code', { upcasters: { message: [(payload: object) => ({ ...payload })] } }, 2],
  ])('%s is answered with the entry it failed on, and payloads stay out of the message', async (_, options, seq) => {
    const threadId = await threeShapes();
    const journal = journalWith(options);
    const failure = { code: 'corrupt_entry', threadId, seq };
    await expect(collect(journal.read(threadId))).rejects.toMatchObject(failure);
    await expect(journal.load(threadId)).rejects.toMatchObject(failure);
    await expect(journal.load(threadId)).rejects.not.toThrow(/user|role/);
    // The head, and entries of other kinds, are read all the same.
    expect((await journal.head(threadId))?.rev).toBe(4);
    expect(await collect(journal.read(threadId, { kinds: ['note'] }))).toHaveLength(1);
  });

  test.each([
    [{ message: {} }, 'upcasters["message"]'],
    [{ message: ['x'] }, 'upcasters["message"][0]'],
    ['x', 'upcasters'],
    [{ '': [] }, 'upcasters[""]'],
  ])('upcasters that are none are refused: %j', (wrong, argument) => {
    expect(() => journalWith({ upcasters: wrong as never })).toThrow(argument);
  });
}

describe('in memory', () => {
  let count = 0;
  const store = new MemoryStore();
  guarantees(
    options => new MemoryJournal(options, store),
    () => `m-${++count}`,
  );
});

eachBackend(bench => {
  guarantees(
    options => bench.journalWith(options),
    () => bench.id(),
  );

  test('a segment holds entries as stored, and is lifted when it is loaded', async () => {
    const threadId = bench.id();
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`);
    await bench.journal.append(
      threadId,
      texts.map(text => ({ kind: 'message', payload: { role: 'user', text } })),
    );
    const old = bench.journalWith({ snapshots: { minTail: 1, segmentEntries: 8 }, upcasters });
    await old.load(threadId);
    await old.close();
    const journal = bench.journalWith({ upcasters });
    const thread = await journal.load(threadId);
    expect((await journal.stats()).served.entriesFromSnapshots).toBe(20);
    expect(thread?.entries.map(({ payload }) => payload)).toEqual(texts.map(text => newest(text).payload));
    expect((await bench.journal.load(threadId))?.entries[7]?.payload).toEqual({ role: 'user', text: 'text 7' });
  });
});
