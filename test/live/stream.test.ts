import { setImmediate } from 'node:timers/promises';
import { firstValueFrom, take, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { type Entry, type FeedEntry, ThreadJournal } from '../../src/index.ts';
import { eachBackend } from '../support/each-backend.ts';

const seqs = (entries: readonly Entry[]): number[] => entries.map(entry => entry.seq);

eachBackend(bench => {
  test('a stream gives what is there, and then what comes', async () => {
    const { journal } = bench;
    const threadId = bench.id();
    await journal.append(threadId, [{}, {}, {}]);
    const seen: Entry[] = [];
    const subscription = journal.stream(threadId).subscribe(entry => seen.push(entry));
    await expect.poll(() => seen.length).toBe(3);
    await journal.append(threadId, [{}, {}]);
    await expect.poll(() => seen.length).toBe(5);
    await bench.orm.em.fork().transactional(async () => {
      await journal.append(threadId, [{}]);
      await setImmediate();
      expect(seen.length).toBe(5);
    });
    await expect.poll(() => seen.length).toBe(6);
    expect(seqs(seen)).toEqual([0, 1, 2, 3, 4, 5]);
    subscription.unsubscribe();
  });

  test('the feed likewise', async () => {
    const { journal } = bench;
    const seen: FeedEntry[] = [];
    const threadId = bench.id();
    const subscription = journal.streamAll().subscribe(entry => seen.push(entry));
    await journal.append(threadId, [{}, {}, {}]);
    const mine = () => seen.filter(entry => entry.threadId === threadId);
    await expect.poll(() => mine().length).toBe(3);
    await journal.append(threadId, [{}, {}]);
    await expect.poll(() => mine().length).toBe(5);
    subscription.unsubscribe();
  });

  test('of another ORM on the same database', async () => {
    if (bench.backend === 'sqlite-memory') return;
    const other = new ThreadJournal(await bench.database.openOrm());
    const threadId = bench.id();
    const all = firstValueFrom(bench.journal.stream(threadId).pipe(take(3), toArray()));
    for (let i = 0; i < 3; i++) {
      await other.append(threadId, [{}]);
      await setImmediate();
    }
    expect(seqs(await all)).toEqual([0, 1, 2]);
    await other.close();
  });
});
