import { describe, expect, test } from 'vitest';
import {
  CorruptEntryError,
  CorruptMetadataError,
  InvalidRevError,
  OrphanedEntriesError,
  StorageNotMigratedError,
} from '../../src/index.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';

eachBackend(bench => {
  const thread = async (): Promise<string> => {
    const threadId = bench.id();
    await bench.journal.append(threadId, [{ id: 'a' }, { id: 'b' }, { id: 'c' }], { metadata: { topic: 'x' } });
    return threadId;
  };
  const damage = (text: string): Promise<void> => withoutGuards(bench.orm, () => sql(bench.orm, text));

  describe('load answers damage', () => {
    test('entries without a head', async () => {
      const threadId = await thread();
      await damage(`delete from journal_threads where thread_id = '${threadId}'`);
      await expect(bench.journal.load(threadId)).rejects.toMatchObject({ code: 'orphaned_entries', missing: 'head' });
      await expect(bench.journal.load(threadId)).rejects.toBeInstanceOf(OrphanedEntriesError);
    });

    test('a head without its entries', async () => {
      const threadId = await thread();
      await damage(`delete from journal_entries where thread_id = '${threadId}'`);
      await expect(bench.journal.load(threadId)).rejects.toMatchObject({
        code: 'orphaned_entries',
        missing: 'entries',
      });
    });

    test('a rev that is not the number of entries', async () => {
      const threadId = await thread();
      await damage(`update journal_threads set rev = 5 where thread_id = '${threadId}'`);
      const failure = { code: 'invalid_rev', threadId, rev: 5, entryCount: 3 };
      await expect(bench.journal.load(threadId)).rejects.toMatchObject(failure);
      await expect(bench.journal.load(threadId)).rejects.toBeInstanceOf(InvalidRevError);
    });

    test('a rev below the number of entries', async () => {
      const threadId = await thread();
      await damage(`update journal_threads set rev = 2 where thread_id = '${threadId}'`);
      const failure = { code: 'invalid_rev', threadId, rev: 2, entryCount: 3 };
      await expect(bench.journal.load(threadId)).rejects.toMatchObject(failure);
    });

    test('a gap between two entries', async () => {
      const threadId = await thread();
      await damage(`delete from journal_entries where thread_id = '${threadId}' and seq = 1`);
      await expect(bench.journal.load(threadId)).rejects.toMatchObject({ code: 'corrupt_entry', threadId, seq: 1 });
      await expect(collect(bench.journal.read(threadId))).rejects.toMatchObject({ code: 'corrupt_entry', seq: 1 });
    });

    test.each(['payload', 'refs'])('a %s that cannot be decoded', async column => {
      const threadId = await thread();
      await damage(`update journal_entries set ${column} = '{"a":' where thread_id = '${threadId}' and seq = 2`);
      await expect(bench.journal.load(threadId)).rejects.toBeInstanceOf(CorruptEntryError);
      await expect(bench.journal.load(threadId)).rejects.toMatchObject({ threadId, seq: 2 });
      await expect(collect(bench.journal.read(threadId))).rejects.toMatchObject({ threadId, seq: 2 });
    });

    test.each(['{"a":', '[1]', 'null', ''])('metadata that is %j', async metadata => {
      const threadId = await thread();
      await damage(`update journal_threads set metadata = '${metadata}' where thread_id = '${threadId}'`);
      await expect(bench.journal.load(threadId)).rejects.toBeInstanceOf(CorruptMetadataError);
      await expect(bench.journal.head(threadId)).rejects.toMatchObject({ code: 'corrupt_metadata', threadId });
    });

    test('and an undamaged thread beside it is read as ever', async () => {
      const threadId = await thread();
      await thread().then(other => damage(`delete from journal_entries where thread_id = '${other}'`));
      expect((await bench.journal.load(threadId))?.rev).toBe(3);
    });
  });

  test('an append to a thread whose rev fell behind its entries is refused by the database, and writes nothing', async () => {
    const threadId = await thread();
    await damage(`update journal_threads set rev = 2 where thread_id = '${threadId}'`);
    await expect(bench.journal.append(threadId, [{}])).rejects.toThrow();
    expect(await collect(bench.journal.read(threadId))).toHaveLength(3);
  });
});

eachBackend(bench => {
  test('tables without their guards do not count as migrated', async () => {
    await withoutGuards(bench.orm, async () => {
      if (bench.backend === 'postgresql') {
        await sql(bench.orm, 'drop trigger journal_entries_guard on journal_entries');
        await sql(bench.orm, 'drop trigger journal_entries_truncate on journal_entries');
      }
      const journal = bench.journalWith({});
      await expect(journal.append('t', [{}])).rejects.toBeInstanceOf(StorageNotMigratedError);
      await expect(journal.load('t')).rejects.toMatchObject({ code: 'storage_not_migrated' });
    });
  });
});

eachBackend(bench => {
  test('a database without the tables is named as such, again and again until they are there', async () => {
    await (bench.orm as unknown as { migrator: { down(): Promise<unknown> } }).migrator.down();
    await expect(bench.journal.load('t')).rejects.toBeInstanceOf(StorageNotMigratedError);
    await expect(bench.journal.append('t', [{}])).rejects.toBeInstanceOf(StorageNotMigratedError);
    await (bench.orm as unknown as { migrator: { up(): Promise<unknown> } }).migrator.up();
    await bench.journal.append('t', [{}]);
    expect((await bench.journal.load('t'))?.rev).toBe(1);
  });
});
