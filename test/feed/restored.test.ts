import { copyFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type FeedEntry, renewAfterRestore, ThreadJournal } from '../../src/index.ts';
import { cursorText, parseCursor } from '../../src/journal/index.ts';
import { createDatabase, type Database, openOrm, wantedBackends } from '../support/backends.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { asSuperuser } from '../support/postgres.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { pager } from './readers.ts';

const places = (entries: readonly FeedEntry[]): string[] => entries.map(({ threadId, seq }) => `${threadId} ${seq}`);
const feedOf = (journal: ThreadJournal, after?: string): Promise<FeedEntry[]> => collect(journal.readAll({ after }));
const wanted = wantedBackends();

eachBackend(bench => {
  test('a cursor of another database is refused, also when that one has as many entries', async () => {
    const elsewhere = await createDatabase(bench.backend);
    try {
      const other = new ThreadJournal(await elsewhere.openOrm());
      for (const journal of [other, bench.journal]) await journal.append('same', [{ id: 'same' }, { id: 'more' }]);
      for (const { cursor } of await feedOf(other)) {
        await expect(feedOf(bench.journal, cursor)).rejects.toMatchObject({ code: 'cursor_epoch_changed' });
      }
    } finally {
      await elsewhere.drop();
    }
  });

  test('renewing where nothing was restored changes nothing', async () => {
    await bench.journal.append('t', [{}]);
    const before = await feedOf(bench.journal);
    expect(await renewAfterRestore(bench.orm)).toEqual({ renewed: 0 });
    expect(await feedOf(bench.journal)).toEqual(before);
    const inside = bench.orm.em.fork().transactional(() => renewAfterRestore(bench.orm));
    if (bench.backend === 'postgresql') await expect(inside).rejects.toMatchObject({ code: 'invalid_argument' });
    else await inside;
  });
});

describe.runIf(wanted.includes('postgresql'))('PostgreSQL, restored into another server', () => {
  async function restored(work: (database: Database, journal: ThreadJournal) => Promise<void>): Promise<void> {
    const database = await createDatabase('postgresql');
    try {
      await work(database, new ThreadJournal(await database.openOrm()));
    } finally {
      await database.drop();
    }
  }

  test('entries of transactions that this server has not come to are noticed; renewed, they are read once', () =>
    restored(async (database, journal) => {
      const orm = await database.openOrm();
      for (let n = 0; n < 40; n += 1) await journal.append(`t-${n % 7}`, [{}, {}]);
      const expected = places(await feedOf(journal));
      const cursor = (await feedOf(journal))[9]?.cursor;
      await withoutGuards(orm, () =>
        sql(orm, `update journal_entries set xid = ((xid::text)::bigint + 4000000000)::text::xid8 where position > 20`),
      );

      const refused = { code: 'feed_unavailable', reason: 'restored' };
      await expect(feedOf(journal)).rejects.toMatchObject(refused);
      await expect(feedOf(journal, cursor)).rejects.toMatchObject(refused);
      await journal.append('t-1', [{}]);
      await expect(feedOf(journal)).rejects.toMatchObject(refused);

      const history = await Promise.all(['t-0', 't-6'].map(id => journal.load(id)));
      expect(await renewAfterRestore(orm)).toEqual({ renewed: 60 });
      expect(await renewAfterRestore(orm)).toEqual({ renewed: 0 });
      expect(await Promise.all(['t-0', 't-6'].map(id => journal.load(id)))).toEqual(history);
      const feed = await feedOf(journal);
      expect(places(feed)).toEqual([...expected, 't-1 12']);
      for (const index of [0, 30, 79, 80]) {
        expect(places(await feedOf(journal, feed[index]?.cursor))).toEqual(places(feed.slice(index + 1)));
      }
    }));

  test('without the check the same rows would be read again for ever: the control', () =>
    restored(async (database, journal) => {
      const orm = await database.openOrm();
      await journal.append('t', [{}, {}]);
      await withoutGuards(orm, () => sql(orm, `update journal_entries set xid = '99999999999'`));
      const again = () =>
        sql(orm, `select * from journal_entries where xid >= pg_snapshot_xmax(pg_current_snapshot())`);
      expect(await again()).toHaveLength(2);
      expect(await again()).toHaveLength(2);
    }));

  test('a cursor ahead of the server is of a past that was undone', () =>
    restored(async (_database, journal) => {
      await journal.append('t', [{}]);
      const place = parseCursor((await feedOf(journal))[0]?.cursor ?? '');
      for (const marks of [{ base: '99999999999:99999999999:', target: '' }, { target: '7:99999999999:7' }]) {
        const position = marks.target === '' ? 0 : 1;
        const ahead = cursorText(place?.epoch ?? '', { base: '', ...marks, position });
        await expect(feedOf(journal, ahead)).rejects.toMatchObject({ code: 'cursor_epoch_changed', reason: 'rewound' });
      }
    }));

  test('a role that may not ask for the identity of the server reads the feed all the same', () =>
    restored(async (database, owner) => {
      await owner.append('t', [{}, {}]);
      const first = await feedOf(owner);
      await asSuperuser(
        database.url,
        `do $$ begin if not exists (select from pg_roles where rolname = 'barred') then
           create role barred login password 'barred'; end if; end $$`,
        'revoke execute on function pg_control_system(), pg_control_checkpoint(), pg_walfile_name(pg_lsn) from public',
        'grant select on journal_entries, journal_threads, journal_erasures to barred',
      );
      const url = new URL(database.url);
      url.username = 'barred';
      url.password = 'barred';
      const orm = await openOrm(url.toString());
      try {
        const journal = new ThreadJournal(orm);
        const feed = await feedOf(journal);
        expect(places(feed)).toEqual(['t 0', 't 1']);
        expect(places(await feedOf(journal, feed[0]?.cursor))).toEqual(['t 1']);
        await expect(feedOf(journal, first[0]?.cursor)).rejects.toMatchObject({ reason: 'other-database' });
      } finally {
        await orm.close(true);
        await asSuperuser(database.url, 'drop owned by barred');
      }
    }));
});

describe.runIf(wanted.includes('sqlite'))('SQLite, a file put back from a backup', () => {
  async function putBack(
    work: (facts: { journal: ThreadJournal; lost: readonly FeedEntry[]; kept: readonly FeedEntry[] }) => Promise<void>,
  ): Promise<void> {
    const database = await createDatabase('sqlite');
    const file = database.url.slice('sqlite:'.length);
    try {
      const orm = await openOrm(database.url);
      const before = new ThreadJournal(orm);
      await before.append('old', [{}, {}, {}]);
      await before.append('goes', [{}, {}]);
      const kept = await feedOf(before);
      await sql(orm, `vacuum into '${file}.backup'`);
      await before.append('old', [{}, {}, {}]);
      await before.append('lost', [{}, {}]);
      const lost = await feedOf(before, kept.at(-1)?.cursor);
      await orm.close(true);
      for (const suffix of ['-wal', '-shm']) await copyFile('/dev/null', `${file}${suffix}`);
      await copyFile(`${file}.backup`, file);
      await work({ journal: new ThreadJournal(await database.openOrm()), lost, kept });
    } finally {
      await database.drop();
    }
  }
  const rewound = { code: 'cursor_epoch_changed', reason: 'rewound' };

  test('cursors of what was lost are refused, at once and when others stand in their place', () =>
    putBack(async ({ journal, lost, kept }) => {
      expect(lost).toHaveLength(5);
      for (const round of [0, 1, 2, 3]) {
        for (const { cursor } of lost) await expect(feedOf(journal, cursor)).rejects.toMatchObject(rewound);
        for (const [index, { cursor }] of kept.entries()) {
          expect(await feedOf(journal, cursor)).toHaveLength(kept.length - index - 1 + 2 * round);
        }
        await journal.append('new', [{}, {}]);
      }
    }));

  test('the same append made again, in the same place, is not taken for the one that was lost', () =>
    putBack(async ({ journal, lost }) => {
      await journal.append(
        'old',
        lost.slice(0, 3).map(({ id }) => ({ id })),
      );
      for (const { cursor } of lost) await expect(feedOf(journal, cursor)).rejects.toMatchObject(rewound);
    }));

  test('a cursor whose entry is gone is good only if its thread has an erasure record', () =>
    putBack(async ({ journal, lost, kept }) => {
      const cursor = kept.at(-1)?.cursor;
      await journal.delete('goes');
      await journal.append('new', [{}, {}, {}, {}, {}]);
      expect(places(await feedOf(journal, cursor))).toEqual([0, 1, 2, 3, 4].map(seq => `new ${seq}`));
      await journal.delete('new');
      for (const { cursor: gone, threadId } of lost) {
        if (threadId === 'lost') await expect(feedOf(journal, gone)).rejects.toMatchObject(rewound);
      }
    }));
});

test.runIf(wanted.includes('sqlite'))('the position of an entry that was deleted is never given again', async () => {
  const database = await createDatabase('sqlite');
  try {
    const orm = await database.openOrm();
    const journal = new ThreadJournal(orm);
    await journal.append('a', [{}]);
    await journal.append('b', [{}, {}]);
    const read = pager(orm);
    const { next } = await read(undefined, 10);
    await journal.delete('b');
    await journal.append('c', [{}]);
    expect(places((await read(next, 10)).entries)).toEqual(['c 0']);
  } finally {
    await database.drop();
  }
});
