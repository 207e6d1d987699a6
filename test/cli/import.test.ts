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
