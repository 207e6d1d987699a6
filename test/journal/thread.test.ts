import { describe, expect, test } from 'vitest';
import { DuplicateEntryError, InvalidArgumentError, InvalidIdError } from '../../src/index.ts';
import {
  appendToThread,
  entryAt,
  filterByKind,
  genesisHash,
  lastEntry,
  newThread,
  sliceThread,
  type Thread,
} from '../../src/journal/index.ts';

/** A test of behaviours of the source system, by their labels. */
function proves(_labels: string, title: string, body: () => void): void {
  test(title, body);
}

const empty = newThread('thread-1', { now: 100 });
const four = appendToThread(
  empty,
  ['message', 'tool_call', 'tool_result', 'message'].map((kind, n) => ({ id: `e${n}`, at: n, kind, payload: { n } })),
  { now: 200 },
);
const seqs = (entries: Thread['entries']): number[] => entries.map(({ seq }) => seq);
const invalid = expect.objectContaining({ code: 'invalid_argument' });

describe('newThread', () => {
  proves('T5 T17 T19 T23 T30', 'is empty and not stored, with an id of its own', () => {
    const before = Date.now();
    const thread = newThread();
    expect(thread.id).toMatch(/^thread_.+/u);
    expect(newThread().id).not.toBe(thread.id);
    expect(thread).toEqual({
      id: thread.id,
      rev: 0,
      generation: undefined,
      hash: genesisHash(thread.id),
      entries: [],
      metadata: {},
      createdAt: thread.updatedAt,
      updatedAt: thread.createdAt,
      stats: { entryCount: 0 },
    });
    expect(thread.createdAt).toBeGreaterThanOrEqual(before);
    expect(lastEntry(thread)).toBeUndefined();
    expect(sliceThread(thread)).toEqual([]);
    expect(filterByKind(thread, 'note')).toEqual([]);
  });
  proves('T6 T7 T8 TA10', 'takes an id, metadata and a time', () => {
    const thread = newThread('mine', { metadata: { topic: 'x' }, now: 42 });
    expect(thread).toMatchObject({ id: 'mine', metadata: { topic: 'x' }, createdAt: 42, updatedAt: 42 });
  });
  test('keeps a copy of the metadata', () => {
    const metadata = { tags: ['a'] };
    const thread = newThread('mine', { metadata });
    metadata.tags.push('b');
    expect(thread.metadata).toEqual({ tags: ['a'] });
  });
  test('refuses what a journal would refuse', () => {
    expect(() => newThread('')).toThrow(expect.objectContaining({ code: 'invalid_id' }));
    expect(() => newThread(7 as never)).toThrow(invalid);
    expect(() => newThread('a', { now: 0.5 })).toThrow(invalid);
    const metadata = { no: () => 1 };
    expect(() => newThread('a', { metadata })).toThrow(expect.objectContaining({ path: 'metadata.no' }));
  });
});

describe('appendToThread', () => {
  proves('T1 T9 T15 TN1', 'fills in what an entry leaves out', () => {
    const { entries } = appendToThread(empty, {}, { now: 7, newId: () => 'new' });
    expect(entries).toEqual([
      { id: 'entry_new', threadId: 'thread-1', seq: 0, at: 7, kind: 'note', payload: {}, refs: {} },
    ]);
    expect(appendToThread(empty, {}).entries[0]?.id).toMatch(/^entry_.+/u);
  });
  proves('T2 T3 T16', 'keeps what an entry has', () => {
    const given = { id: 'mine', at: -5, kind: 'message', payload: { text: 'x' }, refs: { to: 'y' } };
    expect(appendToThread(empty, given).entries).toEqual([{ ...given, threadId: 'thread-1', seq: 0 }]);
  });
  proves('T4 TN2', 'takes an entry that was parsed from JSON', () => {
    const parsed = JSON.parse('{"id":"a","at":1,"kind":"message","payload":{"text":"x"},"refs":{}}');
    expect(appendToThread(empty, parsed).entries).toEqual([{ ...parsed, threadId: 'thread-1', seq: 0 }]);
  });
  proves('T10 TN1', 'takes a recorded entry of another thread, but not its seq', () => {
    const moved = appendToThread(newThread('other'), four.entries.slice(2));
    expect(moved.entries).toEqual([
      { ...four.entries[2], threadId: 'other', seq: 0 },
      { ...four.entries[3], threadId: 'other', seq: 1 },
    ]);
  });
  proves('T11 T12 T24 TA14', 'appends several entries in order, with seqs that go up by one', () => {
    expect(four.entries.map(({ seq, payload }) => `${seq}:${payload['n']}`)).toEqual(['0:0', '1:1', '2:2', '3:3']);
  });
  proves('T13 T18 TN3 TA13', 'goes on from the rev of the thread', () => {
    const six = appendToThread(four, [{}, {}]);
    expect([six.rev, six.stats.entryCount, seqs(six.entries)]).toEqual([6, 6, [0, 1, 2, 3, 4, 5]]);
    expect(six.entries.slice(0, 4)).toEqual(four.entries);
  });
  proves('T14', 'moves updatedAt and leaves createdAt', () => {
    expect([four.createdAt, four.updatedAt]).toEqual([100, 200]);
  });
  proves('T34', 'makes a new thread and leaves the old one as it was', () => {
    const before = structuredClone(four);
    const more = appendToThread(four, { payload: { n: 4 } });
    expect(four).toEqual(before);
    expect([four.rev, more.rev]).toEqual([4, 5]);
    expect(Object.isFrozen(more) && Object.isFrozen(more.entries)).toBe(true);
  });
  proves('TN4', 'takes ids from newId', () => {
    let made = 0;
    const newId = (): string => {
      made += 1;
      return String(made);
    };
    const { entries } = appendToThread(empty, [{}, { id: 'own' }, {}], { newId });
    expect(entries.map(({ id }) => id)).toEqual(['entry_1', 'own', 'entry_2']);
  });
  test('chains a hash that depends on the entries and not on how they were cut into appends', () => {
    const entries = four.entries.slice();
    let single = empty;
    for (const entry of entries) single = appendToThread(single, entry);
    expect(single.hash).toBe(four.hash);
    expect(appendToThread(empty, entries.slice(0, 3)).hash).not.toBe(four.hash);
    expect(appendToThread(newThread('thread-2'), entries).hash).not.toBe(four.hash);
  });
  test('refuses a bad entry and says where it is', () => {
    const bad = [{}, { payload: { when: Symbol('now') } }];
    const error = expect.objectContaining({ code: 'invalid_entry', path: 'entries[1].payload.when' });
    expect(() => appendToThread(empty, bad)).toThrow(error);
  });
});

describe('lastEntry and entryAt', () => {
  proves('T20', 'lastEntry gives the newest entry', () => {
    expect(lastEntry(four)).toBe(four.entries[3]);
  });
  proves('T21', 'entryAt gives undefined for a seq that is not there', () => {
    expect([entryAt(empty, 0), entryAt(four, 4), entryAt(four, -1)]).toEqual([undefined, undefined, undefined]);
  });
  proves('T22', 'entryAt gives the entry with the seq', () => {
    expect([0, 1, 2, 3].map(seq => entryAt(four, seq)?.payload)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
    expect(() => entryAt(four, '1' as never)).toThrow(invalid);
  });
});

describe('filterByKind', () => {
  proves('T27', 'gives nothing when no entry is of the kind', () => {
    expect(filterByKind(four, 'error')).toEqual([]);
    expect(filterByKind(four, [])).toEqual([]);
  });
  proves('T28', 'gives the entries of one kind in order', () => {
    expect(seqs(filterByKind(four, 'message'))).toEqual([0, 3]);
  });
  proves('T29', 'gives the entries of several kinds in the order of the thread', () => {
    expect(seqs(filterByKind(four, ['tool_result', 'message']))).toEqual([0, 2, 3]);
  });
});

describe('sliceThread', () => {
  proves('T31', 'includes fromSeq and excludes toSeq', () => {
    expect(seqs(sliceThread(four, 1, 3))).toEqual([1, 2]);
    expect(seqs(sliceThread(four, 2))).toEqual([2, 3]);
    expect(seqs(sliceThread(four))).toEqual([0, 1, 2, 3]);
  });
  proves('T32', 'gives nothing of a range beyond the thread or turned round', () => {
    expect([sliceThread(four, 4), sliceThread(four, 9, 12), sliceThread(four, 3, 1)]).toEqual([[], [], []]);
  });
  proves('T33', 'leaves out the part of a range that lies beyond the thread', () => {
    expect(seqs(sliceThread(four, 2, 99))).toEqual([2, 3]);
  });
  test('refuses places before the first', () => {
    expect(() => sliceThread(four, -1)).toThrow(invalid);
    expect(() => sliceThread(four, 0, -1)).toThrow(invalid);
  });
});

describe('every helper', () => {
  const helpers = {
    appendToThread: (thread: Thread) => appendToThread(thread, {}),
    lastEntry,
    entryAt: (thread: Thread) => entryAt(thread, 0),
    filterByKind: (thread: Thread) => filterByKind(thread, 'note'),
    sliceThread: (thread: Thread) => sliceThread(thread, 0, 1),
  };
  proves('T26', 'refuses what is no thread', () => {
    for (const helper of Object.values(helpers)) {
      for (const bad of [null, undefined, {}, [], 'thread', { entries: 'x' }]) {
        expect(() => helper(bad as never)).toThrow(invalid);
      }
    }
  });
  test('refuses a thread whose rev is not the number of its entries', () => {
    const error = expect.objectContaining({ code: 'invalid_rev', threadId: 'thread-1', rev: 5, entryCount: 4 });
    for (const helper of Object.values(helpers)) expect(() => helper({ ...four, rev: 5 })).toThrow(error);
  });
});

test('what is no thread, or no kind, is refused as such by every helper', () => {
  const wrong = null as never;
  for (const call of [
    () => lastEntry(wrong),
    () => entryAt(wrong, 0),
    () => sliceThread(wrong),
    () => filterByKind(wrong, 'x'),
  ]) {
    expect(call).toThrow(InvalidArgumentError);
  }
  expect(() => filterByKind(newThread('t'), 5 as never)).toThrow(InvalidArgumentError);
});

test('appending an id that the thread holds is refused, as the journal would', () => {
  const thread = appendToThread(newThread('t'), { id: 'a' });
  expect(() => appendToThread(thread, [{ id: 'b' }, { id: 'a' }])).toThrow(DuplicateEntryError);
});

test('a clock or an id maker that gives no good value is found out before anything is made of it', () => {
  expect(() => appendToThread(newThread('t'), {}, { now: 0.5 })).toThrow(InvalidArgumentError);
  expect(() => appendToThread(newThread('t'), {}, { newId: () => '\0' })).toThrow(InvalidIdError);
});
