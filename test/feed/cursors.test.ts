import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FeedEntry, ThreadJournal } from '../../src/index.ts';
import { cursorText, type FeedPage, parseCursor } from '../../src/journal/index.ts';
import type { Orm } from '../support/backends.ts';
import { collect, eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { pager } from './readers.ts';

const places = (entries: readonly FeedEntry[]): string[] => entries.map(({ threadId, seq }) => `${threadId} ${seq}`);

eachBackend(bench => {
  const read = (...args: Parameters<ReturnType<typeof pager>>): Promise<FeedPage> => pager(bench.orm)(...args);
  /** Passes over pages that have nothing and yet are not the end. */
  const readSome = async (after: string, limit: number): Promise<FeedPage> => {
    const page = await read(after, limit);
    return page.entries.length === 0 && page.more ? readSome(page.next, limit) : page;
  };
  const endOf = async (): Promise<string> => {
    let last = await read(undefined, 500);
    while (last.more) last = await read(last.next, 500);
    return last.next;
  };

  test('an empty journal has an empty feed, and its cursor is good for what comes', async () => {
    const empty = await read(undefined, 10);
    expect(empty).toMatchObject({ entries: [], more: false });
    await bench.journal.append('first', [{}]);
    expect(places((await read(empty.next, 10)).entries)).toEqual(['first 0']);
  });

  test('pages of every size give the same, and end at what was there when the first was read', async () => {
    const start = await endOf();
    const expected: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      await bench.journal.append(`sizes-${n % 3}`, [{}, {}]);
      expected.push(`sizes-${n % 3} ${2 * Math.floor(n / 3)}`, `sizes-${n % 3} ${2 * Math.floor(n / 3) + 1}`);
    }
    for (let limit = 1; limit <= 25; limit += 1) {
      const found: FeedEntry[] = [];
      let page = await read(start, limit);
      const batch = parseCursor(page.next)?.target;
      await bench.journal.append('late', [{}]);
      for (;;) {
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        found.push(...page.entries);
        if (parseCursor(page.next)?.target === '') break;
        expect(parseCursor(page.next)?.target).toBe(batch);
        page = await read(page.next, limit);
      }
      expect(places(found)).toEqual([...expected, ...Array.from({ length: limit - 1 }, (_, seq) => `late ${seq}`)]);
    }
  });

  test('a page that has nothing of the asked kinds moves the cursor all the same', async () => {
    const start = await endOf();
    await bench.journal.append(
      'kinds',
      Array.from({ length: 30 }, () => ({ kind: 'plenty' })),
    );
    const passed = await read(start, 10, ['rare']);
    expect(passed).toMatchObject({ entries: [], more: false });
    expect(passed.next).not.toBe(start);
    expect(await read(passed.next, 50)).toMatchObject({ entries: [] });
  });

  test('while nothing is appended the cursor stays as it is', async () => {
    await bench.journal.append('quiet', [{}]);
    const cursor = await endOf();
    await sql(bench.orm, 'create table noise (n int)');
    await sql(bench.orm, 'insert into noise values (1)');
    const page = await read(cursor, 10);
    expect(page).toMatchObject({ entries: [], more: false });
    // On a server that others use too, their transactions begin and end meanwhile, and stand in the cursor.
    if (!isPostgres(bench.backend)) expect(page.next).toBe(cursor);
  });

  test('a feed of 3,000 entries is given whole by cursors of single entries, kept as text', async () => {
    const start = await endOf();
    for (let n = 0; n < 6; n += 1) {
      await bench.journal.append(
        `many-${n % 2}`,
        Array.from({ length: 500 }, () => ({ kind: n === 4 ? 'fifth' : 'k' })),
      );
    }
    const all = await collect(bench.journal.readAll({ after: start }));
    expect(all).toHaveLength(3_000);
    for (const index of [0, 1, 254, 255, 256, 511, 2_046, 2_998, 2_999]) {
      const rest = await collect(bench.journal.readAll({ after: all[index]?.cursor }));
      expect(places(rest)).toEqual(places(all.slice(index + 1)));
    }
    const fifth = await collect(bench.journal.readAll({ after: start, kinds: ['fifth'] }));
    expect(places(fifth)).toEqual(places(all.filter(({ kind }) => kind === 'fifth')));
  });

  test('a cursor that is made up is refused, or read as the place it names', async () => {
    const cursor = parseCursor(await endOf());
    const bad = isPostgres(bench.backend)
      ? [
          { base: '5:4:' },
          { base: '1:9:12' },
          { base: '3:9:7,5' },
          { base: '05:09:' },
          { target: '1:2:3' },
          { position: 7 },
        ]
      : [{ base: '' }, { base: 'x:y' }, { base: '0123456789ab' }, { target: '0:' }, { target: 'abc' }, { position: 0 }];
    for (const change of bad) {
      const text = cursorText(cursor?.epoch ?? '', { base: '', target: '', position: 0, ...cursor, ...change });
      await expect(collect(bench.journal.readAll({ after: text })), text).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    }
  });

  test('inside a transaction the feed is refused: it is of what is committed', async () => {
    const { orm, journal } = bench;
    await orm.em.fork().transactional(async () => {
      await journal.append('inside', [{}]);
      await expect(collect(journal.readAll())).rejects.toMatchObject({ code: 'invalid_argument', argument: 'readAll' });
    });
    const bound = journal.within(orm.em.fork());
    await expect(collect(bound.readAll())).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(places(await collect(journal.readAll())).filter(place => place.startsWith('inside'))).toEqual(['inside 0']);
  });

  describe.runIf(isPostgres(bench.backend))('beside open transactions (SQLite has one writer at a time)', () => {
    let other: Orm;
    beforeAll(async () => {
      other = await bench.database.openOrm();
    });
    afterAll(() => other.close(true));

    test('what commits late is given once, behind what was given; what rolls back never', async () => {
      const { journal } = bench;
      const start = await endOf();
      const late = other.em.fork();
      const lost = other.em.fork();
      await late.begin();
      await lost.begin();
      await new ThreadJournal(other).within(late).append('late-commit', [{}, {}]);
      await new ThreadJournal(other).within(lost).append('lost', [{}]);
      await journal.append('early', [{}, {}, {}]);
      const first = await readSome(start, 2);
      const second = await readSome(first.next, 2);
      expect(places([...first.entries, ...second.entries])).toEqual(['early 0', 'early 1', 'early 2']);
      await late.commit();
      await lost.rollback();
      await journal.append('early', [{}]);
      const third = await readSome(second.next, 10);
      expect(places(third.entries)).toEqual(['late-commit 0', 'late-commit 1', 'early 3']);
      for (const [cursor, count] of [
        [first.entries[1]?.cursor, 4],
        [second.entries[0]?.cursor, 3],
        [third.entries[0]?.cursor, 2],
        [third.entries[2]?.cursor, 0],
      ] as const) {
        const rest = await collect(journal.readAll({ after: cursor }));
        expect(rest.filter(({ threadId }) => threadId !== 'lost')).toHaveLength(count);
        expect(rest.filter(({ threadId }) => threadId === 'lost')).toEqual([]);
      }
    });

    test('a batch under way does not take in what commits between its pages', async () => {
      const { journal } = bench;
      const start = await endOf();
      const late = other.em.fork();
      await late.begin();
      await new ThreadJournal(other).within(late).append('between', [{}]);
      await journal.append('around', [{}, {}, {}, {}]);
      const feed: FeedEntry[] = [];
      for (let page = await read(start, 1); ; page = await read(page.next, 1)) {
        feed.push(...page.entries);
        if (feed.length === 2 && late.isInTransaction()) await late.commit();
        if (!page.more) break;
      }
      expect(places(feed)).toEqual(['around 0', 'around 1', 'around 2', 'around 3', 'between 0']);
    });

    test('the statement of a page is never a prepared one: its plan is for its own cursor', async () => {
      const orm = await bench.database.openOrm({ pool: { min: 1, max: 1 } });
      const journal = new ThreadJournal(orm);
      await journal.append('prepared', [{}]);
      await journal.head('prepared');
      await collect(journal.readAll());
      const prepared = await sql<{ statement: string }>(orm, 'select statement from pg_prepared_statements');
      expect(prepared.length).toBeGreaterThan(0);
      expect(prepared.filter(({ statement }) => /pg_current_snapshot/.test(statement))).toEqual([]);
    });
  });
});
