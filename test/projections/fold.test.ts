import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { describe, expect, test } from 'vitest';
import { defineProjection, type Entry, foldEntries, type Projection } from '../../src/index.ts';
import { Random } from '../snapshots/random.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { projectionEvents } from './events.ts';

/** The long run: FOLD_RUNS=2000. A failure prints its seed; give it back in FOLD_SEED. */
const RUNS = Number(process.env['FOLD_RUNS'] ?? 60);
const SEED = Number(process.env['FOLD_SEED'] ?? Math.floor(Math.random() * 1e9));

interface Seen {
  readonly seqs: readonly number[];
  readonly total: bigint;
  readonly at: Date | undefined;
}

/** A state that plain JSON cannot hold, and that any entry left out, doubled or taken twice would change. */
const seen = (name: string, version: number, more: Partial<Projection<Seen>> = {}): Projection<Seen> =>
  defineProjection<Seen>({
    name,
    version,
    initial: () => ({ seqs: [], total: 0n, at: undefined }),
    evolve: ({ seqs, total }, { seq, payload, at }) => ({
      seqs: [...seqs, seq],
      total: total * 31n + BigInt(Number(payload['n']) * version),
      at: new Date(at),
    }),
    ...more,
  });

const numbered = (count: number, kind = 'note') => Array.from({ length: count }, (_, n) => ({ kind, payload: { n } }));

eachBackend(bench => {
  /** The projection folded by a journal that was opened for it and closed: what it keeps is kept then. */
  async function folded<State>(threadId: string, projection: Projection<State>, upToRev?: number) {
    const journal = bench.journalWith({});
    const result = await journal.fold(threadId, projection, { upToRev });
    await journal.close();
    return result;
  }
  const keptRows = (name: string) =>
    sql<{ rev: number; version: number; state: string }>(
      bench.orm,
      `select rev, version, state from journal_projection_states where name = '${name}' order by version`,
    );

  test('a fold is the state of all entries in order, and the rev that a guarded append needs', async () => {
    const threadId = bench.id();
    await bench.journal.append(threadId, numbered(600));
    const { state, rev } = await bench.journal.fold(threadId, seen('all', 1));
    expect(state.seqs).toEqual(Array.from({ length: 600 }, (_, seq) => seq));
    expect(rev).toBe(600);
    await bench.journal.append(threadId, numbered(1), { expectedRev: rev });
  });

  test('a thread without entries has the initial state at rev 0, with a head and without', async () => {
    const threadId = bench.id();
    const empty = { state: { seqs: [], total: 0n, at: undefined }, rev: 0 };
    expect(await bench.journal.fold(threadId, seen('empty', 1, { keep: { every: 1 } }))).toEqual(empty);
    await bench.journal.append(threadId, []);
    expect(await bench.journal.fold(threadId, seen('empty', 1, { keep: { every: 1 } }))).toEqual(empty);
  });

  test('time travel gives the state as it was; beyond the end it is the state now', async () => {
    const threadId = bench.id();
    await bench.journal.append(threadId, numbered(300));
    for (const keep of [undefined, { every: 50 }]) {
      const projection = seen('travel', 1, { keep });
      await folded(threadId, projection);
      for (const upToRev of [0, 1, 49, 257, 300, 1_000]) {
        const { state, rev } = await folded(threadId, projection, upToRev);
        expect([state.seqs.length, rev]).toEqual([Math.min(upToRev, 300), Math.min(upToRev, 300)]);
      }
    }
  });

  test('only the kinds that it names are folded; the rev counts all entries', async () => {
    const threadId = bench.id();
    await bench.journal.append(threadId, [...numbered(3), ...numbered(300, 'other'), ...numbered(2)]);
    const { state, rev } = await bench.journal.fold(threadId, seen('kinds', 1, { kinds: ['note'] }));
    expect([state.seqs, rev]).toEqual([[0, 1, 2, 303, 304], 305]);
  });

  test('inside a transaction a fold sees what was appended there, and keeps nothing of it', async () => {
    const threadId = bench.id();
    const projection = seen('inside', 1, { keep: { every: 1 } });
    const undone = bench.orm.em.transactional(async em => {
      await bench.journal.append(threadId, numbered(5));
      expect((await bench.journal.fold(threadId, projection)).rev).toBe(5);
      expect((await bench.journal.within(em as SqlEntityManager).fold(threadId, projection)).rev).toBe(5);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await folded(threadId, projection)).rev).toBe(0);
    expect(await keptRows('inside')).toEqual([]);
  });

  test('a state is kept once enough entries came behind the last, and then only what is new is folded', async () => {
    const threadId = bench.id();
    let evolved = 0;
    const { evolve } = seen('kept', 1);
    const projection = seen('kept', 1, {
      keep: { every: 10 },
      evolve: (state: Seen, entry: Entry) => {
        evolved += 1;
        return evolve(state, entry);
      },
    });
    await bench.journal.append(threadId, numbered(9));
    await folded(threadId, projection);
    expect(await keptRows('kept')).toEqual([]);
    await bench.journal.append(threadId, numbered(6));
    await folded(threadId, projection);
    expect(await keptRows('kept')).toMatchObject([{ rev: 15 }]);
    await bench.journal.append(threadId, numbered(3));
    evolved = 0;
    const { state } = await folded(threadId, projection);
    expect([evolved, state.seqs.length, state.total > 0n, state.at instanceof Date]).toEqual([3, 18, true, true]);
    expect(await keptRows('kept')).toMatchObject([{ rev: 15 }]);
  });

  test('a new version never reads what an old one kept, nor another projection', async () => {
    const threadId = bench.id();
    await bench.journal.append(threadId, numbered(20));
    const one = await folded(threadId, seen('versions', 1, { keep: { every: 1 } }));
    const two = await folded(threadId, seen('versions', 2, { keep: { every: 1 } }));
    expect(two).toEqual(await folded(threadId, seen('versions', 2)));
    expect(two).not.toEqual(one);
    expect(await folded(threadId, seen('versions-too', 1, { keep: { every: 1 } }))).toEqual(one);
    expect((await keptRows('versions')).map(({ version }) => version)).toEqual([1, 2]);
  });

  test('kept state is deleted with its thread, and a thread made anew starts from nothing', async () => {
    const threadId = bench.id();
    const projection = seen('deleted', 1, { keep: { every: 1 } });
    await bench.journal.append(threadId, numbered(4));
    await folded(threadId, projection);
    expect(await keptRows('deleted')).toHaveLength(1);
    await bench.journal.delete(threadId);
    expect(await keptRows('deleted')).toEqual([]);
    await bench.journal.append(threadId, numbered(2));
    expect((await folded(threadId, projection)).state.seqs).toEqual([0, 1]);
  });

  test.each([
    ['its state', `state = replace(state, '[', '[[')`],
    ['its rev', 'rev = rev - 1'],
    ['its digest', `digest = 'x'`],
    ['a rev that the thread never had', 'rev = 4000'],
  ])('a kept state damaged in %s is passed over, told of, and replaced', async (what, damage) => {
    const threadId = bench.id();
    const name = `damaged ${what}`.replaceAll(' ', '-');
    const projection = seen(name, 1, { keep: { every: 5 } });
    await bench.journal.append(threadId, numbered(12));
    const right = await folded(threadId, projection);
    const before = await keptRows(name);
    await sql(bench.orm, `update journal_projection_states set ${damage} where name = '${name}'`);
    expect(await keptRows(name).then(rows => rows.length)).toBe(1);
    const events = projectionEvents(name);
    expect(await folded(threadId, projection)).toEqual(right);
    expect(events).toMatchObject([{ event: 'ignored', threadId }]);
    expect(await keptRows(name)).toEqual(before);
  });

  test('a state that cannot be kept is told of, and the fold is answered all the same', async () => {
    const threadId = bench.id();
    await bench.journal.append(threadId, numbered(3));
    const name = 'unkeepable';
    const events = projectionEvents(name);
    const projection = defineProjection<{ f: () => number }>({
      name,
      version: 1,
      initial: () => ({ f: () => 0 }),
      evolve: state => state,
      keep: { every: 1 },
    });
    expect((await folded(threadId, projection)).state.f()).toBe(0);
    expect(events).toMatchObject([{ event: 'failed', error: { path: 'state.f' } }]);
  });

  test('a fold that races appends and deletes is a state that was there, or says that the thread was deleted', async () => {
    const threadId = bench.id();
    const projection = seen('race', 1, { keep: { every: 3 } });
    let end = false;
    const writer = (async () => {
      for (let round = 0; round < 40; round += 1) {
        await bench.journal.append(threadId, numbered(7));
        if (round % 10 === 9) await bench.journal.delete(threadId);
      }
      end = true;
    })();
    let folds = 0;
    while (!end) {
      await setImmediate();
      const result = await bench.journal.fold(threadId, projection).catch((error: { code?: string }) => error.code);
      if (result === 'thread_deleted') continue;
      folds += 1;
      const { state, rev } = result as { state: Seen; rev: number };
      expect(state.seqs).toEqual(Array.from({ length: rev }, (_, seq) => seq));
    }
    await writer;
    expect(folds).toBeGreaterThan(3);
  });

  test('a missing entry is answered as damage, never folded over', async () => {
    for (const gone of ['seq = 3', 'seq >= 3']) {
      const threadId = bench.id();
      await bench.journal.append(threadId, numbered(5));
      await withoutGuards(bench.orm, () =>
        sql(bench.orm, `delete from journal_entries where thread_id = '${threadId}' and ${gone}`),
      );
      const failure = { code: 'corrupt_entry', seq: 3 };
      await expect(bench.journal.fold(threadId, seen('gap', 1))).rejects.toMatchObject(failure);
    }
  });

  describe(`FOLD_SEED=${SEED}`, () => {
    test(`with kept state as from scratch: ${RUNS} steps of random histories, versions, damage and time travel`, async () => {
      const random = new Random(SEED);
      const threads = Array.from({ length: 4 }, () => bench.id());
      let used = 0;
      for (let step = 0; step < RUNS; step += 1) {
        const threadId = random.pick(threads);
        const act = random.below(10);
        if (act === 0) await bench.journal.delete(threadId);
        else if (act < 5) {
          const kind = random.pick(['note', 'other']);
          await bench.journal.append(threadId, numbered(1 + random.below(random.pick([4, 40, 400])), kind));
        } else if (act === 5) {
          const column = random.pick([`digest = 'x'`, 'rev = rev + 1', `state = '-1'`]);
          await sql(bench.orm, `update journal_projection_states set ${column} where thread_id = '${threadId}'`);
        }
        const version = 1 + random.below(3);
        const kinds = random.pick([undefined, ['note']]);
        const name = kinds === undefined ? 'random' : 'random-notes';
        const upToRev = random.pick([undefined, undefined, random.below(200)]);
        const keep = { every: 1 + random.below(60) };
        used += (await keptRows(name)).length > 0 ? 1 : 0;
        const kept = await folded(threadId, seen(name, version, { kinds, keep }), upToRev);
        const entries = (await bench.journal.load(threadId, { upToRev }))?.entries ?? [];
        expect(kept.state).toEqual(foldEntries(seen(name, version, { kinds }), entries));
        expect(kept.rev).toBe(entries.length);
      }
      expect(used).toBeGreaterThan(RUNS / 4);
    });
  });
});

test.each([
  [{ name: '' }, 'name'],
  [{ version: 0 }, 'version'],
  [{ version: 1.5 }, 'version'],
  [{ version: 2 ** 31 }, 'version'],
  [{ initial: {} }, 'initial'],
  [{ evolve: undefined }, 'evolve'],
  [{ kinds: 'note' }, 'kinds'],
  [{ kinds: [''] }, 'kinds[0]'],
  [{ keep: { every: 0 } }, 'keep.every'],
  [{ keep: {} }, 'keep.every'],
])('a projection with %j is refused', (wrong, argument) => {
  expect(() => defineProjection({ ...seen('right', 1), ...wrong } as never)).toThrow(argument);
});
