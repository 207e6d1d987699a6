import { describe, expect, test } from 'vitest';
import { AppendOutcomeUnknownError, JournalClosedError, ThreadJournal, TimeoutError } from '../../src/index.ts';
import { openOrm, sharedBackends } from '../support/backends.ts';
import { collect, eachBackend, isPostgres } from '../support/each-backend.ts';

eachBackend(
  bench => {
    /** Holds the head of a thread in a transaction of another connection until `done`. */
    async function withHeadHeld(threadId: string, work: () => Promise<void>): Promise<void> {
      const other = await openOrm(bench.database.url);
      const em = other.em.fork();
      await em.begin();
      await em.execute(`update journal_threads set updated_at = updated_at where thread_id = '${threadId}'`);
      try {
        await work();
      } finally {
        await em.rollback();
        await other.close(true);
      }
    }

    test('an append that cannot be sent, or whose answer does not come, says which within its time', async () => {
      const threadId = bench.id();
      await bench.journal.append(threadId, [{}]);
      const journal = bench.journalWith({ timeoutMs: 200 });
      await withHeadHeld(threadId, async () => {
        const failure = await journal.append(threadId, [{ payload: { n: 1 } }]).catch(error => error);
        if (isPostgres(bench.backend)) {
          // The statement waits in the database: it may still be recorded once the lock is free.
          expect(failure).toBeInstanceOf(AppendOutcomeUnknownError);
          expect(failure.entryIds).toHaveLength(1);
          expect(failure.cause).toBeInstanceOf(TimeoutError);
        } else {
          // The write lock was never ours: nothing was sent, and nothing is later.
          expect(failure).toBeInstanceOf(TimeoutError);
          expect(failure).toMatchObject({ operation: 'append', timeoutMs: 200 });
        }
      });
      const rev = (await bench.journal.append(threadId, [])).rev;
      expect(rev).toBe(isPostgres(bench.backend) ? 2 : 1);
    });

    test('a retry after a timeout, with the ids of the error, records once', async () => {
      const threadId = bench.id();
      await bench.journal.append(threadId, [{}]);
      const journal = bench.journalWith({ timeoutMs: 200 });
      const entries = [{ id: 'only-once', payload: { n: 1 } }];
      await withHeadHeld(threadId, () =>
        expect(journal.append(threadId, entries)).rejects.toMatchObject({
          name: /TimeoutError|AppendOutcomeUnknownError/,
        }),
      );
      await bench.journal.append(threadId, entries);
      expect((await bench.journal.load(threadId))?.entries.map(entry => entry.id)).toHaveLength(2);
    });

    test('waiting for the write lock leaves the event loop free', async () => {
      const threadId = bench.id();
      await bench.journal.append(threadId, [{}]);
      const journal = bench.journalWith({ timeoutMs: 300 });
      let ticks = 0;
      const ticking = setInterval(() => {
        ticks += 1;
      }, 5);
      await withHeadHeld(threadId, () => expect(journal.append(threadId, [{ id: 'late' }])).rejects.toThrow());
      clearInterval(ticking);
      expect(ticks).toBeGreaterThan(5);
    });

    test('an abort while the append waits for its turn on SQLite, or before it is sent, writes nothing', async () => {
      const threadId = bench.id();
      await bench.journal.append(threadId, [{}]);
      const reason = new Error('the user left');
      const abort = new AbortController();
      const early = bench.journal.append(threadId, [{}], { signal: abort.signal });
      abort.abort(reason);
      await expect(early).rejects.toBe(reason);
      if (!isPostgres(bench.backend)) {
        await withHeadHeld(threadId, async () => {
          const waiting = new AbortController();
          const append = bench.journal.append(threadId, [{}], { signal: waiting.signal });
          setTimeout(() => waiting.abort(reason), 30);
          await expect(append).rejects.toBe(reason);
        });
      }
      expect((await bench.journal.append(threadId, [])).rev).toBe(1);
    });

    test('an abort after the append was sent lets it end, and tells its true outcome', async () => {
      const threadId = bench.id();
      await bench.journal.append(threadId, [{}]);
      const abort = new AbortController();
      const append = bench.journal.append(threadId, [{}], { signal: abort.signal });
      const result = await append;
      abort.abort();
      expect(result.rev).toBe(2);
    });

    test('an abort ends a reader between two entries', async () => {
      const threadId = bench.id();
      await bench.journal.append(
        threadId,
        Array.from({ length: 600 }, () => ({})),
      );
      const abort = new AbortController();
      const seen: number[] = [];
      const reading = (async () => {
        for await (const entry of bench.journal.read(threadId, { signal: abort.signal })) {
          seen.push(entry.seq);
          if (entry.seq === 9) abort.abort(new Error('enough'));
        }
      })();
      await expect(reading).rejects.toThrow('enough');
      expect(seen).toHaveLength(10);
    });

    test('a reader that is left early holds nothing: the next write goes through', async () => {
      const threadId = bench.id();
      await bench.journal.append(
        threadId,
        Array.from({ length: 600 }, () => ({})),
      );
      for await (const entry of bench.journal.read(threadId)) if (entry.seq === 300) break;
      await bench.journal.append(threadId, [{}], { expectedRev: 600 });
    });

    test('writing while reading: the reader sees what was there and what came, in order, without a gap', async () => {
      const threadId = bench.id();
      await bench.journal.append(
        threadId,
        Array.from({ length: 300 }, () => ({})),
      );
      const seqs: number[] = [];
      for await (const entry of bench.journal.read(threadId)) {
        seqs.push(entry.seq);
        if (entry.seq < 5) await bench.journal.append(threadId, [{}, {}]);
      }
      expect(seqs).toEqual(Array.from({ length: 310 }, (_, seq) => seq));
    });

    describe('close', () => {
      test('waits for what is under way, refuses what comes after, and leaves the ORM open', async () => {
        const threadId = bench.id();
        const journal = new ThreadJournal(bench.orm);
        let ended = 0;
        for (let count = 0; count < 20; count += 1) {
          journal.append(threadId, [{}]).finally(() => {
            ended += 1;
          });
        }
        const closing = journal.close();
        await expect(journal.append(threadId, [{}])).rejects.toBeInstanceOf(JournalClosedError);
        await expect(collect(journal.threads())).rejects.toBeInstanceOf(JournalClosedError);
        await closing;
        await new Promise(setImmediate);
        expect(ended).toBe(20);
        expect((await bench.journal.load(threadId))?.rev).toBe(20);
        await journal.close();
      });

      test('is what `await using` calls', async () => {
        const journal = new ThreadJournal(bench.orm);
        await journal[Symbol.asyncDispose]();
        await expect(journal.head('t')).rejects.toBeInstanceOf(JournalClosedError);
      });
    });

    test('what was appended is there after the database is opened again', async () => {
      const threadId = bench.id();
      const { entries } = await bench.journal.append(threadId, [{ payload: { text: 'kept' } }], { metadata: { m: 1 } });
      const again = await openOrm(bench.database.url);
      const thread = await new ThreadJournal(again).load(threadId);
      await again.close();
      expect(thread?.entries).toEqual(entries);
      expect(thread?.metadata).toEqual({ m: 1 });
    });
  },
  { on: sharedBackends },
);
