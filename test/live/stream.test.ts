import { expect, test, vi } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { gather } from './gather.ts';

const times = (count: number): object[] => Array.from({ length: count }, (_, n) => ({ payload: { n } }));

eachBackend(bench => {
  const seqs = (entries: readonly { seq: number }[]): number[] => entries.map(({ seq }) => seq);
  const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, index) => from + index);

  test('a stream gives what is there, then what comes, each entry once and as it is read', async () => {
    const { journal } = bench;
    const threadId = bench.id();
    await journal.append(threadId, times(600));
    const stream = gather(journal.stream(threadId));
    await vi.waitFor(() => expect(stream.items.length).toBe(600));
    for (let round = 0; round < 20; round += 1) await journal.append(threadId, times(1 + (round % 3)));
    const stored = (await journal.load(threadId))?.entries ?? [];
    await vi.waitFor(() => expect(stream.items.length).toBe(stored.length));
    expect(stream.items).toEqual(stored);
    stream.subscription.unsubscribe();
  });

  test('entries appended while a stream catches up come in their place', async () => {
    const { journal } = bench;
    const threadId = bench.id();
    await journal.append(threadId, times(1_000));
    const streams = Array.from({ length: 5 }, () => gather(journal.stream(threadId)));
    await Promise.all(Array.from({ length: 100 }, () => journal.append(threadId, times(2))));
    await vi.waitFor(() => expect(streams.map(({ items }) => items.length)).toEqual(Array(5).fill(1_200)), 5_000);
    for (const { items, subscription } of streams) {
      expect(seqs(items)).toEqual(upTo(1_200));
      subscription.unsubscribe();
    }
  });

  test('a stream begins at fromSeq, also behind the end, and gives the kinds that are wanted', async () => {
    const { journal } = bench;
    const threadId = bench.id();
    await journal.append(threadId, times(3));
    const [late, behind, kinds] = [
      gather(journal.stream(threadId, { fromSeq: 2 })),
      gather(journal.stream(threadId, { fromSeq: 5 })),
      gather(journal.stream(threadId, { kinds: ['message', 'error'] })),
    ];
    await vi.waitFor(() => expect(late.items.length).toBe(1));
    await journal.append(threadId, [{ kind: 'message' }, {}, { kind: 'error' }, {}]);
    await vi.waitFor(() => expect([late, behind, kinds].map(({ items }) => items.length)).toEqual([5, 2, 2]));
    expect([late, behind, kinds].map(({ items }) => seqs(items))).toEqual([
      [2, 3, 4, 5, 6],
      [5, 6],
      [3, 5],
    ]);
    for (const { subscription } of [late, behind, kinds]) subscription.unsubscribe();
  });

  test('a thread that is not there yet is waited for', async () => {
    const { journal } = bench;
    const threadId = bench.id();
    const stream = gather(journal.stream(threadId));
    const other = gather(journal.stream(bench.id()));
    await journal.append(threadId, []);
    await journal.append(threadId, times(2));
    await vi.waitFor(() => expect(seqs(stream.items)).toEqual([0, 1]));
    expect([stream.end, other.end, other.items]).toEqual([undefined, undefined, []]);
    stream.subscription.unsubscribe();
    other.subscription.unsubscribe();
  });

  test('the streams of a deleted thread end, also when it was made again, and say where', async () => {
    const { journal } = bench;
    const [deleted, remade] = [bench.id(), bench.id()];
    await journal.append(deleted, times(2));
    await journal.append(remade, times(3));
    const generations = [(await journal.head(deleted))?.generation, (await journal.head(remade))?.generation];
    const streams = [gather(journal.stream(deleted)), gather(journal.stream(remade))];
    await vi.waitFor(() => expect(streams.map(({ items }) => items.length)).toEqual([2, 3]));
    await journal.delete(deleted);
    await bench.orm.em.fork().transactional(async () => {
      await journal.delete(remade);
      await journal.append(remade, times(4));
    });
    await vi.waitFor(() => expect(streams.every(({ end }) => end !== undefined)).toBe(true));
    expect(streams.map(({ end }) => end?.kind === 'error' && end.error)).toMatchObject([
      { code: 'thread_deleted', threadId: deleted, generation: generations[0], lastSeq: 1 },
      { code: 'thread_deleted', threadId: remade, generation: generations[1], lastSeq: 2 },
    ]);
    const again = gather(journal.stream(remade));
    await vi.waitFor(() => expect(seqs(again.items)).toEqual([0, 1, 2, 3]));
    again.subscription.unsubscribe();
  });

  test('a stream ends with what is missing, between other entries or at the end', async () => {
    const { journal, orm } = bench;
    const [between, atEnd] = [bench.id(), bench.id()];
    for (const id of [between, atEnd]) await journal.append(id, times(4));
    await withoutGuards(orm, async () => {
      await sql(orm, `delete from journal_entries where thread_id = '${between}' and seq = 1`);
      await sql(orm, `delete from journal_entries where thread_id = '${atEnd}' and seq = 3`);
    });
    const streams = [gather(journal.stream(between)), gather(journal.stream(atEnd))];
    await vi.waitFor(() => expect(streams.every(({ end }) => end !== undefined)).toBe(true));
    expect(streams.map(({ items, end }) => [items.length, end?.kind === 'error' && end.error])).toMatchObject([
      [1, { code: 'corrupt_entry', threadId: between, seq: 1 }],
      [3, { code: 'corrupt_entry', threadId: atEnd, seq: 3 }],
    ]);
  });

  test('the feed goes on behind a cursor, from catching up to live', async () => {
    const { journal } = bench;
    const [one, other] = [bench.id(), bench.id()];
    await journal.append(one, times(2));
    const first = gather(journal.streamAll({ kinds: ['of-this-test'] }));
    await journal.append(one, [{ kind: 'of-this-test' }]);
    await journal.append(other, [{ kind: 'of-this-test' }, { kind: 'other' }]);
    await vi.waitFor(() => expect(first.items.length).toBe(2));
    first.subscription.unsubscribe();
    const after = first.items[0]?.cursor;
    const second = gather(journal.streamAll({ after }));
    await vi.waitFor(() => expect(second.items.length).toBe(2));
    await journal.append(one, times(1));
    await vi.waitFor(() => expect(second.items.length).toBe(3));
    expect(second.items.map(({ threadId, seq }) => [threadId, seq])).toEqual([
      [other, 0],
      [other, 1],
      [one, 3],
    ]);
    second.subscription.unsubscribe();
  });

  test('follow reads no further than it is asked: the next page when the last one is done with', async () => {
    const { journal } = bench;
    const threadId = bench.id();
    await journal.append(threadId, times(900));
    const seen: number[] = [];
    for await (const { seq } of journal.follow(threadId)) {
      seen.push(seq);
      if (seq === 10) await journal.append(threadId, times(600));
      if (seq === 1_499) break;
    }
    expect(seen).toEqual(upTo(1_500));
  });

  test('an iterator that waits ends at once when it is left, and rejects with the reason of an abort', async () => {
    const { journal } = bench;
    for (const follow of [
      (signal?: AbortSignal) => journal.follow(bench.id(), { signal }),
      (signal?: AbortSignal) => journal.followAll({ signal, kinds: ['never'] }),
    ]) {
      const left = follow()[Symbol.asyncIterator]();
      const waiting = left.next();
      await left.return?.();
      expect(await waiting).toEqual({ done: true, value: undefined });

      const controller = new AbortController();
      const aborted = follow(controller.signal)[Symbol.asyncIterator]();
      const next = aborted.next();
      controller.abort(new Error('enough'));
      await expect(next).rejects.toThrow('enough');
      await expect(aborted.next()).rejects.toThrow('enough');
    }
  });

  test('close ends what follows, and refuses what would', async () => {
    const journal = new ThreadJournal(bench.orm);
    const threadId = bench.id();
    await journal.append(threadId, times(1));
    const [stream, feed] = [gather(journal.stream(threadId)), gather(journal.streamAll())];
    const statuses = gather(journal.status$);
    const waiting = journal.follow(bench.id())[Symbol.asyncIterator]().next();
    await vi.waitFor(() => expect(stream.items.length).toBe(1));
    await journal.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await vi.waitFor(() => expect([stream.end, feed.end, statuses.end]).toEqual(Array(3).fill({ kind: 'complete' })));
    const late = gather(journal.stream(threadId));
    await vi.waitFor(() => expect(late.end).toMatchObject({ kind: 'error', error: { code: 'journal_closed' } }));
  });

  test('what is wrong with a call is said to whoever subscribes', async () => {
    const { journal } = bench;
    const wrong = [
      journal.stream('\u0000'),
      journal.stream('t', { fromSeq: -1 }),
      journal.stream('t', { kinds: 'note' as never }),
      journal.streamAll({ after: 'nonsense' }),
      journal.streamAll({ kinds: [''] }),
    ].map(gather);
    await vi.waitFor(() => expect(wrong.every(({ end }) => end !== undefined)).toBe(true));
    expect(wrong.map(({ end }) => end?.kind === 'error' && (end.error as { code: string }).code)).toEqual([
      'invalid_id',
      'invalid_argument',
      'invalid_argument',
      'invalid_cursor',
      'invalid_id',
    ]);
  });

  test('a stream begun inside a transaction is outside of it: it gives what is committed, and outlives it', async () => {
    const { journal } = bench;
    const threadId = bench.id();
    await journal.append(threadId, times(1));
    const stream = await bench.orm.em.fork().transactional(async em => {
      const begun = gather(journal.within(em).stream(threadId));
      await journal.append(threadId, times(1));
      return begun;
    });
    await vi.waitFor(() => expect(seqs(stream.items)).toEqual([0, 1]));
    await journal.append(threadId, times(1));
    await vi.waitFor(() => expect(seqs(stream.items)).toEqual([0, 1, 2]));
    stream.subscription.unsubscribe();
  });

  test('a subscriber may call the journal, and MikroORM, from where it is told', async () => {
    const { journal, orm } = bench;
    const threadId = bench.id();
    const answers: unknown[] = [];
    const subscription = journal.stream(threadId).subscribe(async ({ seq }) => {
      answers.push(seq, (await journal.head(threadId))?.rev, orm.em.isInTransaction());
    });
    await orm.em.fork().transactional(() => journal.append(threadId, times(1)));
    await vi.waitFor(() => expect(answers).toEqual([0, 1, false]));
    subscription.unsubscribe();
  });

  test('streams that wait end with the error that their tables are gone, and leave nothing', async () => {
    const journal = new ThreadJournal(bench.orm, { live: { pollMs: 50 } });
    const streams = [gather(journal.stream('t')), gather(journal.streamAll({ kinds: ['none'] }))];
    const status = gather(journal.status$);
    await vi.waitFor(() => expect(status.items.slice(1)).toContain('live'));
    await (bench.orm as unknown as { migrator: { down(): Promise<unknown> } }).migrator.down();
    await vi.waitFor(() => expect(streams.map(({ end }) => end?.kind)).toEqual(['error', 'error']), 10_000);
    expect(status.items.at(-1)).toBe('live');
    await journal.close();
  });
});
