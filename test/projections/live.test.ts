import { expect, onTestFinished, test } from 'vitest';
import { defineProjection, type Folded, foldEntries, ThreadJournal } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { numbered, until } from './tally.ts';

const seqs = defineProjection<readonly number[]>({
  name: 'seqs',
  version: 1,
  initial: () => [],
  evolve: (state, { seq }) => [...state, seq],
  kinds: ['note'],
  keep: { every: 2 },
});

eachBackend(
  bench => {
    function watch(threadId: string, journal = bench.journal) {
      const states: Folded<readonly number[]>[] = [];
      const end: { error?: unknown; completed?: boolean } = {};
      const subscription = journal.project$(threadId, seqs).subscribe({
        next: state => states.push(state),
        error: error => {
          end.error = error;
        },
        complete: () => {
          end.completed = true;
        },
      });
      onTestFinished(() => subscription.unsubscribe());
      return { states, end, subscription };
    }

    test('the state as it is comes first, then each change, whoever appends', async () => {
      const threadId = bench.id();
      await bench.journal.append(threadId, numbered(3));
      const { states } = watch(threadId);
      await until('the first state', () => states.length > 0);
      expect(states).toEqual([{ state: [0, 1, 2], rev: 3 }]);
      await bench.journal.append(threadId, [...numbered(1), ...numbered(1, 'other'), ...numbered(1)]);
      const other = new ThreadJournal(await bench.database.openOrm());
      await other.append(threadId, numbered(1));
      await until('all changes', () => states.at(-1)?.rev === 7);
      expect(states.slice(1)).toEqual([
        { state: [0, 1, 2, 3], rev: 4 },
        { state: [0, 1, 2, 3, 5], rev: 6 },
        { state: [0, 1, 2, 3, 5, 6], rev: 7 },
      ]);
      expect(states.at(-1)?.state).toEqual(foldEntries(seqs, (await bench.journal.load(threadId))?.entries ?? []));
    });

    test('a thread that is not there yet has the initial state, and the others when it comes', async () => {
      const threadId = bench.id();
      const { states } = watch(threadId);
      await until('the initial state', () => states.length > 0);
      await bench.journal.append(threadId, numbered(1));
      await until('the first entry', () => states.length > 1);
      expect(states).toEqual([
        { state: [], rev: 0 },
        { state: [0], rev: 1 },
      ]);
    });

    test('a thread that is deleted, or made again, ends it with an error that says so', async () => {
      const threadId = bench.id();
      await bench.journal.append(threadId, numbered(2));
      const { states, end } = watch(threadId);
      await until('the first state', () => states.length > 0);
      await bench.journal.delete(threadId);
      await bench.journal.append(threadId, numbered(5));
      await until('the end', () => end.error !== undefined);
      expect(end.error).toMatchObject({ code: 'thread_deleted', threadId });
      expect(states).toEqual([{ state: [0, 1], rev: 2 }]);
    });

    test('closing the journal completes it; a projection that is none is refused at once', async () => {
      const threadId = bench.id();
      const journal = bench.journalWith({});
      const { states, end } = watch(threadId, journal);
      await until('the initial state', () => states.length > 0);
      await journal.close();
      await until('the end', () => end.completed === true);
      expect(() => bench.journal.project$(threadId, {} as never)).toThrow('name');
    });
  },
  { on: sharedBackends },
);
