import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { cli, file, jsonl, type Outcome } from './cli.ts';

const CANARY = 'canary-payload';
const user = (content: string): Record<string, unknown> => ({ role: 'user', content });

eachBackend(
  bench => {
    const importing = (path: string, ...flags: string[]): Promise<Outcome> =>
      cli(['import', path, '--url', bench.database.url, ...flags]);
    const text = async (...lines: unknown[]): Promise<string> => file(jsonl(lines));
    const payloads = async (threadId: string): Promise<unknown[]> =>
      (await collect(bench.journal.read(threadId))).map(({ payload }) => payload);

    test('takes conversations, chat messages and single entries, and adds nothing the second time', async () => {
      const [a, b, c] = [bench.id(), bench.id(), bench.id()];
      const path = await text(
        {
          threadId: a,
          metadata: { tier: 'gold' },
          entries: [
            { kind: 'note', payload: { n: 1 } },
            { id: 'mine', at: 5 },
          ],
        },
        { threadId: b, metadata: { task: 1 }, messages: [user('hi'), { role: 'assistant', content: 'ho' }] },
        { threadId: c, kind: 'note', payload: { n: 1 } },
        { threadId: c, kind: 'error', payload: { n: 2 }, refs: { entryId: 'x' } },
      );
      const first = await importing(path);
      expect(first).toEqual({ code: 0, stderr: '', stdout: '4 lines kept: 6 entries added, 3 threads created.\n' });
      const before = await Promise.all([a, b, c].map(id => bench.journal.load(id)));
      const again = await importing(path);
      expect(again.stdout).toBe('4 lines kept: nothing to add, 6 entries already there.\n');
      expect(again.code).toBe(0);
      expect(await Promise.all([a, b, c].map(id => bench.journal.load(id)))).toEqual(before);
      expect(before.map(thread => thread?.metadata)).toEqual([{ tier: 'gold' }, { task: 1 }, {}]);
      expect(before[0]?.entries[1]).toMatchObject({ id: 'mine', at: 5, kind: 'note', payload: {}, refs: {} });
      expect(before[1]?.entries.map(({ kind }) => kind)).toEqual(['message', 'message']);
      expect(before[2]?.entries[1]).toMatchObject({ kind: 'error', payload: { n: 2 }, refs: { entryId: 'x' } });
    });

    test('gives an entry without an id the same one in every database', async () => {
      await importing(await text({ threadId: 'fixed', entries: [{}, {}] }));
      const ids = (await collect(bench.journal.read('fixed'))).map(({ id }) => id);
      expect(ids).toEqual(['entry_4f77b7f14ce40ecd3fb1eb4ad23f42bd', 'entry_2ff1b8fcf8da4c5dcb6a3e76d0ed83c4']);
    });

    test('adds what is missing of a thread that is partly there', async () => {
      const id = bench.id();
      const messages = Array.from({ length: 5 }, (_, n) => user(String(n)));
      await importing(await text({ threadId: id, messages: messages.slice(0, 2) }));
      const { stdout } = await importing(await text({ threadId: id, messages }), '--json');
      expect(JSON.parse(stdout)).toEqual({ lines: 1, threadsCreated: 0, entriesAdded: 3, entriesAlreadyThere: 2 });
      expect(await payloads(id)).toEqual(messages);
    });

    test('takes what the app itself recorded, under ids of its own, for already there', async () => {
      const id = bench.id();
      await bench.journal.append(id, [{ kind: 'message', payload: user('hi') }]);
      const { stdout } = await importing(await text({ threadId: id, messages: [user('hi'), user('ho')] }), '--json');
      expect(JSON.parse(stdout)).toMatchObject({ entriesAdded: 1, entriesAlreadyThere: 1 });
    });

    test('takes a conversation that is longer than one append', async () => {
      const id = bench.id();
      const entries = Array.from({ length: 2_300 }, (_, n) => ({ payload: { n } }));
      const { stdout } = await importing(await text({ threadId: id, entries }), '--json');
      expect(JSON.parse(stdout)).toEqual({ lines: 1, threadsCreated: 1, entriesAdded: 2_300, entriesAlreadyThere: 0 });
      expect(await payloads(id)).toEqual(entries.map(({ payload }) => payload));
    });

    test('takes single entries of several threads in turn, and an id that comes twice only once', async () => {
      const [a, b] = [bench.id(), bench.id()];
      const lines = Array.from({ length: 10 }, (_, n) => ({ threadId: n % 2 ? a : b, payload: { n }, id: `e${n}` }));
      const { stdout } = await importing(await text(...lines), '--json');
      expect(JSON.parse(stdout)).toMatchObject({ lines: 10, threadsCreated: 2, entriesAdded: 10 });
      expect(await payloads(b)).toEqual([0, 2, 4, 6, 8].map(n => ({ n })));
      const twice = await importing(await text(...lines, { threadId: a, payload: { n: 9 }, id: 'e9' }));
      expect(twice.stderr).toBe('line 11: entry "e9" is recorded in this thread already, at seq 4\n');
    });

    test('goes on behind what is there where lines say their seq, and refuses a gap', async () => {
      const id = bench.id();
      await bench.journal.append(id, [{ id: 'a' }, { id: 'b' }]);
      const entry = (seq: number): object => ({ threadId: id, seq, payload: { seq } });
      const { code, stderr } = await importing(await text(entry(2), entry(3), entry(9)));
      expect(stderr).toBe(
        `line 3: thread "${id}" has 4 entries, so seq 9 cannot follow: import the ones between first\n`,
      );
      expect(code).toBe(1);
      expect(await payloads(id)).toEqual([{}, {}, { seq: 2 }, { seq: 3 }]);
    });

    test('keeps a thread without entries, with its metadata', async () => {
      const id = bench.id();
      const path = await text({ threadId: id, metadata: { a: 1 }, entries: [] });
      expect((await importing(path)).stdout).toBe('1 line kept: 0 entries added, 1 thread created.\n');
      const head = await bench.journal.head(id);
      expect(head).toMatchObject({ rev: 0, metadata: { a: 1 } });
      await importing(path);
      expect(await bench.journal.head(id)).toEqual(head);
    });

    test('stops at a bad line with its number and exit code 1; all before it is kept, nothing behind it', async () => {
      const [a, b, c] = [bench.id(), bench.id(), bench.id()];
      const good = [
        { threadId: a, messages: [user('hi')] },
        { threadId: b, kind: 'note', payload: { n: 1 } },
      ];
      const bad = `{"threadId":"${b}","kind":"note","payload":{"n":${CANARY}}}\n`;
      const path = await file(`${jsonl(good)}\n${bad}${jsonl([{ threadId: c, kind: 'note' }])}`);
      expect(await importing(path)).toEqual({
        code: 1,
        stdout: '2 lines kept: 2 entries added, 2 threads created.\n',
        stderr: 'line 4: is not JSON\n',
      });
      expect(await payloads(a)).toEqual([user('hi')]);
      expect(await payloads(b)).toEqual([{ n: 1 }]);
      expect(await bench.journal.head(c)).toBeUndefined();
      const json = await importing(path, '--json');
      expect(JSON.parse(json.stdout)).toMatchObject({ lines: 2, entriesAdded: 0, entriesAlreadyThere: 2 });
      expect(json).toMatchObject({ code: 1, stderr: 'line 4: is not JSON\n' });
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
      const { code, stderr } = await importing(await text({ threadId: id, entries: [{ id: 'a' }, differing, {}] }));
      expect(stderr).toBe(
        `line 1: thread "${id}", seq 1: the ${field} is not the one recorded there; import it as another thread\n`,
      );
      expect(code).toBe(1);
      expect(await bench.journal.load(id)).toEqual(before);
    });

    test('refuses metadata that is not the one recorded, and an id that is recorded elsewhere', async () => {
      const id = bench.id();
      await bench.journal.append(id, [{ id: 'a' }, { id: 'b' }], { metadata: { n: 1 } });
      const other = await importing(await text({ threadId: id, metadata: { n: 2 }, entries: [{}, {}, {}] }));
      expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/^line 1: .* exists with other metadata/) });
      const moved = await importing(await text({ threadId: id, seq: 2, payload: {}, id: 'a' }));
      expect(moved.stderr).toBe('line 1: entry "a" is recorded in this thread already, at seq 0\n');
      const changed = await importing(await text({ threadId: id, seq: 2, payload: { n: 1 }, id: 'a' }));
      expect(changed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^line 1: .* already holds "a"/) });
      expect((await bench.journal.head(id))?.rev).toBe(2);
    });

    test('reads stdin', async () => {
      const id = bench.id();
      const input = jsonl([{ threadId: id, messages: [user('hi')] }]);
      const { code } = await cli(['import', '-', '--url', bench.database.url], { input });
      expect(code).toBe(0);
      expect(await payloads(id)).toEqual([user('hi')]);
    });

    test('two imports of the same file at once record everything once', async () => {
      const ids = Array.from({ length: 20 }, () => bench.id());
      const entries = Array.from({ length: 60 }, (_, n) => ({ payload: { n } }));
      const path = await text(...ids.flatMap(threadId => entries.map((entry, seq) => ({ threadId, seq, ...entry }))));
      const outcomes = await Promise.all([importing(path, '--json'), importing(path, '--json')]);
      expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: '' }));
      const added = outcomes.map(({ stdout }) => (JSON.parse(stdout) as { entriesAdded: number }).entriesAdded);
      expect((added[0] ?? 0) + (added[1] ?? 0)).toBe(1_200);
      for (const id of ids) expect(await payloads(id)).toEqual(entries.map(({ payload }) => payload));
    });
  },
  { on: sharedBackends },
);
