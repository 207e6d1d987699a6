import assert from 'node:assert/strict';
import type { Journal } from '../../journal/index.ts';
import { type ConformanceCase, conformanceCase, type Scene } from '../conformance-case.ts';
import { loaded, numbered, payloadsOf, range, refuses } from '../expectations.ts';

/** All race with the same guard, several rounds long: exactly one wins each, and the others learn the new rev. */
async function raceFor({ threadId }: Scene, racers: readonly Journal[], start: number): Promise<void> {
  for (const expectedRev of range(start, start + 5)) {
    const calls = racers.map((journal, racer) => journal.append(threadId, [{ payload: { racer } }], { expectedRev }));
    const outcomes = await Promise.allSettled(calls);
    const winners = outcomes.flatMap(({ status }, racer) => (status === 'fulfilled' ? [racer] : []));
    assert.equal(winners.length, 1, `${winners.length} of ${racers.length} won`);
    for (const [racer, call] of calls.entries()) {
      const facts = { threadId, expectedRev, actualRev: expectedRev + 1 };
      if (racer !== winners[0]) await refuses(() => call, 'rev_conflict', facts);
    }
    const [journal] = racers;
    assert.ok(journal);
    const thread = await loaded(journal, threadId);
    assert.deepEqual([thread.rev, payloadsOf(thread).at(-1)], [expectedRev + 1, { racer: winners[0] }]);
  }
}

/** Load, decide, append with a guard, and once more after a conflict: how callers of a guard live. Each conflict is
 * another worker's success, and there are 24 of these in all. */
async function appendByTurns(journal: Journal, threadId: string, payload: { readonly worker: number }): Promise<void> {
  for (const _ of range(0, 24)) {
    const expectedRev = (await journal.head(threadId))?.rev ?? 0;
    const call = journal.append(threadId, [{ payload }], { expectedRev });
    const conflict = await call.then(
      () => undefined,
      () => refuses(() => call, 'rev_conflict', { threadId, expectedRev }),
    );
    if (conflict === undefined) return;
  }
  assert.fail('there were more conflicts than appends');
}

export const raceCases: readonly ConformanceCase[] = [
  conformanceCase(
    'lets exactly one of two appends with the same guard win',
    async scene => raceFor(scene, [scene.journal, scene.journal], 0),
    { labels: ['E26', 'JZ4'] },
  ),
  conformanceCase('lets exactly one of ten appends with the same guard win', async scene => {
    await scene.journal.append(scene.threadId, numbered(3));
    await raceFor(scene, Array(10).fill(scene.journal), 3);
  }),
  conformanceCase(
    'lets exactly one win also among several journals on the store',
    async scene => raceFor(scene, [scene.journal, await scene.open(), await scene.open()], 0),
    { labels: ['JZ4'] },
  ),
  conformanceCase('brings every worker to its end that tries again after a conflict', async ({ journal, threadId }) => {
    const workers = range(0, 6);
    await Promise.all(
      workers.map(async worker => {
        for (const _ of range(0, 4)) await appendByTurns(journal, threadId, { worker });
      }),
    );
    const counts = workers.map(() => 0);
    for (const { payload } of (await loaded(journal, threadId)).entries) {
      const worker = Number(payload['worker']);
      counts[worker] = (counts[worker] ?? 0) + 1;
    }
    assert.deepEqual(counts, Array(6).fill(4));
  }),
  conformanceCase('never fails an append without a guard because of guarded ones', async ({ journal, threadId }) => {
    const [results, outcomes] = await Promise.all([
      Promise.all(range(0, 15).map(() => journal.append(threadId, [{ kind: 'free' }]))),
      Promise.allSettled(range(0, 15).map(rev => journal.append(threadId, [{}], { expectedRev: rev }))),
    ]);
    const won = outcomes.filter(({ status }) => status === 'fulfilled').length;
    assert.equal(new Set(results.map(({ rev }) => rev)).size, 15);
    assert.equal((await loaded(journal, threadId)).rev, 15 + won);
  }),
  conformanceCase('gives all who retry the same guarded append the same answer', async ({ journal, threadId }) => {
    const entries = [{ id: 'only', at: 1 }];
    const results = await Promise.all(range(0, 10).map(() => journal.append(threadId, entries, { expectedRev: 0 })));
    assert.equal(results.filter(({ created }) => created).length, 1);
    assert.equal(new Set(results.map(({ rev }) => rev)).size, 1);
    assert.equal((await loaded(journal, threadId)).rev, 1);
  }),
  conformanceCase('never lets a guarded append create the thread that a delete took away', async scene => {
    const { journal, threadId } = scene;
    const other = await scene.open();
    for (const _ of range(0, 25)) {
      await journal.append(threadId, numbered(2));
      const append = other.append(threadId, [{ payload: { late: true } }], { expectedRev: 2 });
      const [outcome] = await Promise.allSettled([append, journal.delete(threadId)]);
      assert.equal(await journal.head(threadId), undefined);
      if (outcome.status === 'fulfilled') assert.equal(outcome.value.rev, 3);
      else await refuses(() => append, 'rev_conflict', { threadId, expectedRev: 2, actualRev: 0 });
    }
  }),
];
