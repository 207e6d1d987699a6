import { describe, expect, test } from 'vitest';
import type { JournalEntryRow, JournalThreadRow } from '../../src/index.ts';
import { eachBackend, isPostgres } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';

const COLUMNS = 'thread_id, seq, entry_id, at, kind, payload, refs, xid';

/** Each attack on the history of thread `t`, as the owner of the tables. */
const attacks: readonly { name: string; on?: 'postgresql' | 'sqlite'; statement(): string }[] = [
  { name: 'UPDATE of an entry', statement: () => `update journal_entries set payload = '{}' where thread_id = 't'` },
  { name: 'UPDATE of a seq', statement: () => `update journal_entries set seq = 9 where thread_id = 't' and seq = 1` },
  { name: 'UPDATE that moves an entry', statement: () => `update journal_entries set thread_id = 'u' where seq = 1` },
  { name: 'DELETE of an entry', statement: () => `delete from journal_entries where thread_id = 't' and seq = 1` },
  { name: 'DELETE of everything', statement: () => 'delete from journal_entries' },
  { name: 'DELETE of the head', statement: () => `delete from journal_threads where thread_id = 't'` },
  {
    name: 'upsert on the seq',
    statement: () => `insert into journal_entries (${COLUMNS}) values ('t', 1, 'new', 0, 'note', '{}', '{}', '0')
      on conflict (thread_id, seq) do update set payload = excluded.payload`,
  },
  {
    name: 'upsert on the entry id',
    statement: () => `insert into journal_entries (${COLUMNS}) values ('t', 9, 'b', 0, 'note', '{}', '{}', '0')
      on conflict (thread_id, entry_id) do update set payload = excluded.payload`,
  },
  { name: 'TRUNCATE of the entries', on: 'postgresql', statement: () => 'truncate journal_entries' },
  { name: 'TRUNCATE of the heads', on: 'postgresql', statement: () => 'truncate journal_threads' },
  { name: 'TRUNCATE of the erasures', on: 'postgresql', statement: () => 'truncate journal_erasures' },
  {
    name: 'INSERT OR REPLACE by seq',
    on: 'sqlite',
    statement: () =>
      `insert or replace into journal_entries (${COLUMNS}) values ('t', 1, 'new', 0, 'note', '{}', '{}', 0)`,
  },
  {
    name: 'INSERT OR REPLACE by entry id',
    on: 'sqlite',
    statement: () =>
      `insert or replace into journal_entries (${COLUMNS}) values ('t', 9, 'b', 0, 'note', '{}', '{}', 0)`,
  },
  {
    name: 'INSERT OR REPLACE by position',
    on: 'sqlite',
    statement: () => `insert or replace into journal_entries (position, ${COLUMNS})
      select position, 'v', 0, 'new', 0, 'note', '{}', '{}', 0 from journal_entries where thread_id = 't' and seq = 1`,
  },
  {
    name: 'UPDATE OR REPLACE',
    on: 'sqlite',
    statement: () => `update or replace journal_entries set seq = 0 where thread_id = 't' and seq = 1`,
  },
  { name: 'UPDATE of an erasure', statement: () => 'update journal_erasures set rev = 0' },
  { name: 'DELETE of an erasure', statement: () => 'delete from journal_erasures' },
  {
    name: 'an erasure record of another generation',
    statement: () => `insert into journal_erasures values ('t', 'another', 3, '', 0)`,
  },
];

eachBackend(bench => {
  const historyOf = async (): Promise<string> => JSON.stringify(await bench.journal.load('t'));
  const prepare = async (): Promise<void> => {
    await bench.journal.append('gone', [{}]);
    await bench.journal.delete('gone');
    await bench.journal.append('t', [{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  };

  describe('the database refuses', () => {
    const database = isPostgres(bench.backend) ? 'postgresql' : 'sqlite';
    test.each(attacks.filter(({ on }) => on === undefined || on === database))('$name', async ({ statement }) => {
      await prepare();
      const before = await historyOf();
      await expect(sql(bench.orm, statement())).rejects.toThrow(/thread-journal: /);
      expect(await historyOf()).toBe(before);
    });

    test('an ORM flush of a changed entry', async () => {
      await prepare();
      const before = await historyOf();
      const em = bench.orm.em.fork();
      const entry = await em.findOneOrFail<JournalEntryRow>(
        'JournalEntry' as never,
        { threadId: 't', seq: 1 } as never,
      );
      entry.payload = '{"changed":true}';
      await expect(em.flush()).rejects.toThrow(/thread-journal: /);
      em.clear();
      expect(await historyOf()).toBe(before);
    });

    test('an ORM removal of an entry', async () => {
      await prepare();
      const before = await historyOf();
      const em = bench.orm.em.fork();
      em.remove(await em.findOneOrFail<JournalEntryRow>('JournalEntry' as never, { threadId: 't', seq: 1 } as never));
      await expect(em.flush()).rejects.toThrow(/thread-journal: /);
      expect(await historyOf()).toBe(before);
    });
  });

  test('without the guards the same attack goes through: the attacks are real', async () => {
    await prepare();
    const before = await historyOf();
    await withoutGuards(bench.orm, async () => {
      await sql(bench.orm, `update journal_entries set payload = '{"forged":1}' where thread_id = 't'`);
    });
    expect(await historyOf()).not.toBe(before);
  });

  test('a flush of a head that has moved on is refused by the optimistic lock of the ORM', async () => {
    const threadId = bench.id();
    await bench.journal.append(threadId, [{}]);
    const em = bench.orm.em.fork();
    const head = await em.findOneOrFail<JournalThreadRow>('JournalThread' as never, threadId as never);
    await bench.journal.append(threadId, [{}]);
    head.metadata = '{"late":true}';
    await expect(em.flush()).rejects.toMatchObject({ name: 'OptimisticLockError' });
    expect(await bench.journal.head(threadId)).toMatchObject({ rev: 2, metadata: {} });
  });

  test('every kind of change counts in the version of the head', async () => {
    const threadId = bench.id();
    const version = async (): Promise<number> => {
      const [row] = await sql<{ version: number }>(
        bench.orm,
        `select version from journal_threads where thread_id = '${threadId}'`,
      );
      return row?.version ?? 0;
    };
    const versions: number[] = [];
    for (const entries of [[{}], [{ id: 'mine' }], [], [{}, {}]]) {
      await bench.journal.append(threadId, entries);
      versions.push(await version());
    }
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
    await bench.journal.append(threadId, [{ id: 'mine' }]);
    expect(await version()).toBe(versions.at(-1));
  });
});
