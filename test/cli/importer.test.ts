import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { BadLine } from '../../src/cli/exit.ts';
import { importLines } from '../../src/cli/importer.ts';
import { readLines } from '../../src/cli/read-lines.ts';
import type { ImportCount } from '../../src/cli/store-run.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { jsonl } from './cli.ts';

const CANARY = 'canary-payload';
const user = (content: string): Record<string, unknown> => ({ role: 'user', content });

eachBackend(bench => {
  /** What an import of these lines has done, and what stopped it. */
  async function importing(...lines: unknown[]): Promise<ImportCount & { problem?: string }> {
    const count = { lines: 0, threadsCreated: 0, entriesAdded: 0, entriesAlreadyThere: 0 };
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(jsonl(lines));
    };
    try {
      await importLines(bench.journal, readLines(chunks()), count);
      return count;
    } catch (error) {
      if (error instanceof BadLine) return { ...count, problem: error.message };
      throw error;
    }
  }
  const payloads = async (threadId: string): Promise<unknown[]> =>
    (await collect(bench.journal.read(threadId))).map(({ payload }) => payload);

  const added = (
    lines: number,
    threadsCreated: number,
    entriesAdded: number,
    entriesAlreadyThere: number,
  ): ImportCount => {
    return { lines, threadsCreated, entriesAdded, entriesAlreadyThere };
  };

  test('gives an entry without an id the same one in every database: a hash of thread and seq', async () => {
    await importing({ threadId: 'fixed', entries: [{}, {}] });
    const ids = (await collect(bench.journal.read('fixed'))).map(({ id }) => id);
    expect(ids).toEqual(['5:fixed1:0', '5:fixed1:1'].map(text => `entry_${hash('sha256', text).slice(0, 32)}`));
  });

  test('adds what is missing of a thread that is partly there', async () => {
    const id = bench.id();
    const messages = Array.from({ length: 5 }, (_, n) => user(String(n)));
    await importing({ threadId: id, messages: messages.slice(0, 2) });
    expect(await importing({ threadId: id, messages })).toEqual(added(1, 0, 3, 2));
    expect(await payloads(id)).toEqual(messages);
    expect(await importing({ threadId: id, messages: messages.slice(0, 3) })).toEqual(added(1, 0, 0, 3));
  });

  test('takes what the app itself recorded, under ids of its own, for already there', async () => {
    const id = bench.id();
    await bench.journal.append(id, [{ kind: 'message', payload: user('hi') }]);
    expect(await importing({ threadId: id, messages: [user('hi'), user('ho')] })).toEqual(added(1, 0, 1, 1));
  });

  test('takes a conversation that is longer than one append, and one that has more bytes', async () => {
    const [long, large] = [bench.id(), bench.id()];
    const entries = Array.from({ length: 2_300 }, (_, n) => ({ payload: { n } }));
    expect(await importing({ threadId: long, entries })).toEqual(added(1, 1, 2_300, 0));
    expect(await payloads(long)).toEqual(entries.map(({ payload }) => payload));
    const megabytes = Array.from({ length: 10 }, (_, n) => ({ payload: { n, text: 'x'.repeat(1_000_000) } }));
    expect(await importing({ threadId: large, entries: megabytes })).toEqual(added(1, 1, 10, 0));
    const lines = megabytes.map((entry, seq) => ({ threadId: `${large}-lines`, seq, ...entry }));
    expect(await importing(...lines)).toEqual(added(10, 1, 10, 0));
  });

  test('takes single entries of several threads in turn, and records an id that comes twice once', async () => {
    const [a, b] = [bench.id(), bench.id()];
    const lines = Array.from({ length: 10 }, (_, n) => ({ threadId: n % 2 ? a : b, payload: { n }, id: `e${n}` }));
    const twice = { threadId: b, payload: { n: 8 }, id: 'e8' };
    expect(await importing(...lines, twice, { threadId: a, payload: { n: 99 } })).toEqual({
      ...added(10, 2, 10, 0),
      problem: 'line 11: entry "e8" is recorded in this thread already, at seq 4',
    });
    expect(await payloads(b)).toEqual([0, 2, 4, 6, 8].map(n => ({ n })));
    expect(await importing(...lines)).toEqual(added(10, 0, 0, 10));
  });

  test('goes on behind what is there where lines say their seq, and refuses a gap', async () => {
    const id = bench.id();
    await bench.journal.append(id, [{ id: 'a' }, { id: 'b' }]);
    const entry = (seq: number): object => ({ threadId: id, seq, payload: { seq } });
    expect(await importing(entry(2), entry(3), entry(9))).toEqual({
      ...added(2, 0, 2, 0),
      problem: `line 3: thread "${id}" has 4 entries, so seq 9 cannot follow: import the ones between first`,
    });
    expect(await payloads(id)).toEqual([{}, {}, { seq: 2 }, { seq: 3 }]);
  });

  test('keeps a thread without entries, with its metadata, and does not touch it again', async () => {
    const id = bench.id();
    const line = { threadId: id, metadata: { a: 1 }, entries: [] };
    expect(await importing(line)).toEqual(added(1, 1, 0, 0));
    const head = await bench.journal.head(id);
    expect(head).toMatchObject({ rev: 0, metadata: { a: 1 } });
    expect(await importing(line)).toEqual(added(1, 0, 0, 0));
    expect(await bench.journal.head(id)).toEqual(head);
  });

  test('refuses metadata that is not the one recorded, and an id that is recorded elsewhere', async () => {
    const id = bench.id();
    await bench.journal.append(id, [{ id: 'a' }, { id: 'b' }], { metadata: { n: 1 } });
    const refused = async (line: object): Promise<string | undefined> =>
      (await importing({ threadId: id, ...line })).problem;
    expect(await refused({ metadata: { n: 2 }, entries: [{}, {}, {}] })).toMatch(
      /^line 1: .* exists with other metadata/,
    );
    expect(await refused({ seq: 2, payload: {}, id: 'a' })).toMatch(/^line 1: entry "a" is recorded .* at seq 0$/);
    expect(await refused({ seq: 2, payload: { n: 1 }, id: 'a' })).toMatch(/^line 1: .* already holds "a"/);
    expect((await bench.journal.head(id))?.rev).toBe(2);
  });

  test('keeps the single entries before one that the journal refuses', async () => {
    const id = bench.id();
    await bench.journal.append(id, [{ id: 'a' }]);
    const lines = [{ id: 'b' }, { id: 'c' }, { id: 'a', payload: { n: 1 } }, { id: 'd' }];
    const { problem, ...count } = await importing(
      ...lines.map((line, at) => ({ threadId: id, seq: 1 + at, kind: 'note', ...line })),
    );
    expect(problem).toMatch(/^line 3: .* already holds "a"/);
    expect(count).toEqual(added(2, 0, 2, 0));
    expect((await collect(bench.journal.read(id))).map(entry => entry.id)).toEqual(['a', 'b', 'c']);
    const differs = await importing(
      ...['b', 'x', 'c'].map((at, seq) => ({ threadId: id, seq: 1 + seq, kind: 'note', id: at })),
    );
    expect(differs).toEqual({
      ...added(1, 0, 0, 1),
      problem: expect.stringMatching(/^line 2: thread .* seq 2: the id is not/),
    });
  });

  test.each([
    ['payload', { id: 'b', kind: 'note', payload: { n: CANARY } }],
    ['kind', { id: 'b', kind: 'error', payload: { n: 1 } }],
    ['refs', { id: 'b', kind: 'note', payload: { n: 1 }, refs: { n: CANARY } }],
    ['id', { id: 'other', kind: 'note', payload: { n: 1 } }],
  ])('names thread and seq where the %s is not the one recorded, and changes nothing', async (field, differing) => {
    const id = bench.id();
    await bench.journal.append(id, [{ id: 'a' }, { id: 'b', kind: 'note', payload: { n: 1 } }]);
    const before = await bench.journal.load(id);
    const { problem } = await importing({ threadId: id, entries: [{ id: 'a' }, differing, {}] });
    expect(problem).toBe(
      `line 1: thread "${id}", seq 1: the ${field} is not the one recorded there; import it as another thread`,
    );
    expect(await bench.journal.load(id)).toEqual(before);
  });
});
