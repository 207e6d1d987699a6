import { describe, expect, test } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { journalDigest, placesOf, quoted, rebuilt, segmentsOf, snapshotDigest } from './segments.ts';
import { insert, remove } from './vandal.ts';

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, n) => ({ payload: { n: from + n } }));
const TEN = { snapshots: { seal: false, segmentEntries: 10 } };

eachBackend(bench => {
  const journal = (): ThreadJournal => bench.journalWith(TEN);
  const threadOf = async (entries: number, threadId = bench.id()): Promise<string> => {
    await bench.journal.append(threadId, numbered(entries));
    return threadId;
  };

  describe('a rebuild', () => {
    test('makes the snapshots of all threads, short ones too, and tells how far it is', async () => {
      const ids = [await threadOf(25), await threadOf(1), await threadOf(10)];
      await bench.journal.append(bench.id(), []);
      const steps = [];
      for await (const step of journal().rebuildSnapshots()) steps.push(step);
      expect(steps.at(-1)).toEqual({
        threads: 4,
        entries: 36,
        of: { threads: 4, entries: 36 },
        segments: { written: 5, kept: 0, removed: 0 },
        damaged: [],
      });
      expect(await Promise.all(ids.map(id => placesOf(bench.orm, id)))).toEqual([
        [
          [0, 10],
          [10, 20],
          [20, 25],
        ],
        [[0, 1]],
        [[0, 10]],
      ]);
    });

    test('makes the same segments as loads do, byte for byte, and keeps those that are right', async () => {
      const threadId = await threadOf(35);
      const sealing = bench.journalWith({ snapshots: { segmentEntries: 10, minTail: 1 } });
      await sealing.load(threadId);
      await sealing.close();
      const sealed = await segmentsOf(bench.orm, threadId);
      expect(await rebuilt(journal(), [threadId])).toEqual({ written: 0, kept: 4, removed: 0, damaged: [] });
      expect(await segmentsOf(bench.orm, threadId)).toEqual(sealed);
      await sql(bench.orm, `delete from journal_snapshots where thread_id = ${quoted(threadId)}`);
      expect(await rebuilt(journal(), [threadId])).toMatchObject({ written: 4 });
      expect(await segmentsOf(bench.orm, threadId)).toEqual(sealed);
    });

    test('never touches the journal', async () => {
      await rebuilt(journal());
      const before = await journalDigest(bench.orm);
      await sql(bench.orm, 'delete from journal_snapshots');
      await rebuilt(journal());
      expect(await journalDigest(bench.orm)).toBe(before);
    });

    test('puts right whatever stands in the table, and a dry run says how much and writes nothing', async () => {
      const ids = [await threadOf(45), await threadOf(30)];
      await rebuilt(journal());
      const right = await snapshotDigest(bench.orm);
      const [a, b, c, d, e] = await segmentsOf(bench.orm, ids[0]);
      const [f, g] = await segmentsOf(bench.orm, ids[1]);
      if (!a || !b || !c || !d || !e || !f || !g) throw new Error('no segments');
      const damaged = [
        { ...a, body: `${a.body} ` },
        { ...b, toSeq: 17 },
        { ...c, toSeq: 1_000_000 },
        { ...d, hash: a.hash },
        { ...e, digest: 'x' },
        { ...f, format: 3 },
      ];
      for (const segment of damaged) {
        await remove(bench.orm, segment);
        await insert(bench.orm, segment);
      }
      await remove(bench.orm, g);
      await insert(bench.orm, { ...a, fromSeq: 3 });
      await insert(bench.orm, { ...a, generation: 'gone' });
      await insert(bench.orm, { ...a, threadId: 'gone' });
      await insert(bench.orm, { ...a, threadId: '\u{1f47b} behind all others' });
      const wrong = await snapshotDigest(bench.orm);
      const dry = [];
      for await (const step of journal().rebuildSnapshots({ dryRun: true })) dry.push(step.segments);
      expect(await snapshotDigest(bench.orm)).toBe(wrong);
      const { damaged: none, ...done } = await rebuilt(journal());
      expect(none).toEqual([]);
      expect(await snapshotDigest(bench.orm)).toBe(right);
      expect(dry.at(-1)).toEqual(done);
      expect(done).toMatchObject({ written: 7, removed: 5 });
    });

    test('of chosen threads leaves the others alone', async () => {
      const [one, other] = [await threadOf(12), await threadOf(12)];
      expect(await rebuilt(journal(), [one, 'there-is-none'])).toMatchObject({ written: 2 });
      expect(await placesOf(bench.orm, other)).toEqual([]);
    });

    test('of threads appended to since an instant leaves the older ones alone', async () => {
      const at = (now: number): ThreadJournal => bench.journalWith({ ...TEN, now: () => now });
      const [old, young] = [bench.id(), bench.id()];
      await at(9_000_000_000_000).append(old, numbered(5));
      await at(9_000_000_000_001).append(young, numbered(5));
      for await (const { of } of journal().rebuildSnapshots({ since: 9_000_000_000_001 })) {
        expect(of).toEqual({ threads: 1, entries: 5 });
      }
      expect([await placesOf(bench.orm, old), await placesOf(bench.orm, young)]).toEqual([[], [[0, 5]]]);
    });

    test('leaves a thread alone whose history does not hold, and names it', async () => {
      const [short, long, fine] = [await threadOf(25), await threadOf(300), await threadOf(25)];
      await rebuilt(journal());
      const before = await snapshotDigest(bench.orm);
      const journalBefore = await journalDigest(bench.orm);
      await withoutGuards(bench.orm, async () => {
        for (const id of [short, long]) {
          await sql(
            bench.orm,
            `update journal_entries set payload = '{"n":-1}' where thread_id = ${quoted(id)} and seq = 7`,
          );
        }
      });
      await sql(bench.orm, `delete from journal_snapshots where thread_id = ${quoted(fine)}`);
      expect((await rebuilt(journal())).damaged.sort()).toEqual([short, long].sort());
      // Not only the fine one is as it was: the segments of the others hold what their entries were.
      expect(await snapshotDigest(bench.orm)).toBe(before);
      expect(await journalDigest(bench.orm)).not.toBe(journalBefore);
      await withoutGuards(bench.orm, async () => {
        for (const id of [short, long]) {
          await sql(
            bench.orm,
            `update journal_entries set payload = '{"n":7}' where thread_id = ${quoted(id)} and seq = 7`,
          );
        }
      });
      expect(await rebuilt(journal())).toMatchObject({ damaged: [], written: 0 });
    });

    test('replaces the snapshots of a long thread that tell another history than a journal that holds', async () => {
      const threadId = await threadOf(300);
      await rebuilt(journal(), [threadId]);
      const right = await segmentsOf(bench.orm, threadId);
      for (const segment of right) {
        await remove(bench.orm, segment);
        await insert(bench.orm, { ...segment, hash: segment.hash.replaceAll('a', 'b'), body: '{}' });
      }
      expect((await rebuilt(journal(), [threadId])).damaged).toEqual([]);
      expect(await segmentsOf(bench.orm, threadId)).toEqual(right);
    });

    test('cannot be part of a transaction', async () => {
      const inside = bench.orm.em.transactional(async () => rebuilt(journal()));
      await expect(inside).rejects.toMatchObject({ code: 'invalid_argument', argument: 'rebuildSnapshots' });
      const within = bench.orm.em.transactional(async em => rebuilt(journal().within(em as never)));
      await expect(within).rejects.toMatchObject({ code: 'invalid_argument' });
    });

    test('ends when it is aborted or nobody asks for more, and starts nothing before it is asked', async () => {
      const threadId = await threadOf(30);
      journal().rebuildSnapshots({ threadIds: [threadId] });
      const controller = new AbortController();
      const reason = new Error('enough');
      controller.abort(reason);
      const aborted = async (): Promise<void> => {
        for await (const _ of journal().rebuildSnapshots({ threadIds: [threadId], signal: controller.signal }));
      };
      await expect(aborted()).rejects.toBe(reason);
      expect(await placesOf(bench.orm, threadId)).toEqual([]);
      for await (const _ of journal().rebuildSnapshots()) break;
    });

    test.each([
      { threadIds: 'x' },
      { threadIds: [7] },
      { threadIds: [''] },
      { since: 'yesterday' },
      { since: 0.5 },
      [],
    ])('refuses %j', async options => {
      const iterate = async (): Promise<void> => {
        for await (const _ of journal().rebuildSnapshots(options as never));
      };
      await expect(iterate()).rejects.toMatchObject({ code: /^invalid_/ });
    });
  });
});

eachBackend(
  bench => {
    test('goes on while others append, seal, delete and rebuild, and then one more makes all of it right', async () => {
      const orms = [bench.orm, await bench.database.openOrm()];
      const [one, other] = orms.map(orm => new ThreadJournal(orm, TEN));
      const loading = bench.journalWith({ snapshots: { minTail: 1, segmentEntries: 10 } });
      if (one === undefined || other === undefined) throw new Error('no journals');
      const ids = Array.from({ length: 12 }, (_, n) => `busy-${n}`);
      for (const id of ids) await one.append(id, numbered(80));
      let appending = true;
      const work = async (): Promise<void> => {
        for (let round = 0; round < 40; round += 1) {
          const id = ids[round % ids.length] ?? '';
          if (round % 5 === 4) await one.delete(id);
          await one.append(id, numbered(7 + (round % 13), round));
          expect((await loading.load(id))?.rev).toBeGreaterThan(6);
        }
        appending = false;
      };
      const rebuild = async (journal: ThreadJournal): Promise<number> => {
        let rounds = 0;
        for (; appending; rounds += 1) {
          expect((await rebuilt(journal)).damaged).toEqual([]);
          await new Promise(resolve => setImmediate(resolve));
        }
        return rounds;
      };
      const [, ...rounds] = await Promise.all([work(), rebuild(one), rebuild(other)]);
      expect(Math.min(...rounds)).toBeGreaterThan(1);
      await loading.close();
      const { damaged } = await rebuilt(one);
      expect(damaged).toEqual([]);
      const after = await snapshotDigest(bench.orm);
      await sql(bench.orm, 'delete from journal_snapshots');
      await rebuilt(other);
      expect(await snapshotDigest(bench.orm)).toBe(after);
    });
  },
  { on: sharedBackends },
);
