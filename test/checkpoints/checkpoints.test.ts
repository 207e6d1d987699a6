import { describe, expect, test } from 'vitest';
import {
  CheckpointConflictError,
  type CheckpointKey,
  CheckpointKeyCollisionError,
  CheckpointStore,
  CorruptCheckpointError,
  createStorageTables,
  InvalidArgumentError,
  InvalidValueError,
  JournalError,
  journalEntities,
  LimitExceededError,
} from '../../src/index.ts';
import { collect, eachBackend, isPostgres } from '../support/each-backend.ts';
import { proves } from '../support/proves.ts';
import { sql } from '../support/sql.ts';
import { HostMigration } from './host-migration.ts';

const complex = {
  text: 'x',
  whole: 42,
  part: -1.5,
  none: null,
  list: [1, 'two', [true, false], { deep: { deeper: [] } }],
  bytes: new Uint8Array([0, 255, 7]),
  when: new Date(0),
  big: 10n ** 30n,
  map: new Map<unknown, unknown>([['a', new Set([1])]]),
  gone: undefined,
  odd: [Number.NaN, -0, Number.POSITIVE_INFINITY, '\u0000', '\ud800'],
};

/** What no key can be, each in a place of its own. */
const noKeys: readonly unknown[] = [
  null,
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  7n,
  Symbol('x'),
  () => 'x',
  new Date(0),
  new Map(),
  new (class Key {})(),
  new String('x'),
  ['a', null],
  { a: undefined },
  { nested: [{ fn: () => 1 }] },
  Object.defineProperty({}, 'x', { get: () => 'x', enumerable: true }),
  new Proxy({}, {}),
  'x'.repeat(1_023),
];

eachBackend(bench => {
  const store = (): CheckpointStore => new CheckpointStore(bench.orm);
  const rows = (): Promise<readonly Record<string, unknown>[]> =>
    sql(bench.orm, 'select * from journal_checkpoints order by key');

  describe('a checkpoint', () => {
    proves('E3 F1 R1 N1 R31', 'that was never put is undefined', async () => {
      expect(await store().get('nobody')).toBeUndefined();
      expect(await store().find('nobody')).toBeUndefined();
    });

    proves('E4 F2 R2 N2', 'is what was put, with its version and time', async () => {
      const checkpoints = new CheckpointStore(bench.orm, { now: () => 1234 });
      expect(await checkpoints.put('one', { n: 1 })).toEqual({ version: 1 });
      expect(await checkpoints.get('one')).toEqual({ n: 1 });
      expect(await checkpoints.find('one')).toEqual({ key: 'one', value: { n: 1 }, version: 1, updatedAt: 1234 });
    });

    proves('E5 F3 R5', 'is overwritten whole by the next put', async () => {
      await store().put('over', { a: 1, b: 2 });
      expect(await store().put('over', { a: 3 })).toEqual({ version: 2 });
      expect(await store().get('over')).toEqual({ a: 3 });
    });

    proves('E6 F4 R8', 'is gone when it was deleted, and starts at version 1 again', async () => {
      await store().put('gone', 1);
      await store().put('gone', 2);
      await store().delete('gone');
      expect(await store().get('gone')).toBeUndefined();
      expect(await store().put('gone', 3)).toEqual({ version: 1 });
    });

    proves('E7 F5 R7', 'can be deleted when it is not there', async () => {
      await store().delete('never');
      await store().delete('never', { expectedVersion: 0 });
    });

    proves('JZ5', 'lives through put, get, replace, delete, get and delete', async () => {
      const checkpoints = store();
      await checkpoints.put('life', 'a');
      expect(await checkpoints.get('life')).toBe('a');
      await checkpoints.put('life', 'b');
      expect(await checkpoints.get('life')).toBe('b');
      await checkpoints.delete('life');
      expect(await checkpoints.get('life')).toBeUndefined();
      await checkpoints.delete('life');
    });

    proves('R4 X1', 'holds any value of the closed set', async () => {
      for (const value of [complex, 'text', 7, -0, null, false, [1, 2], undefined, Number.NaN, complex.map]) {
        await store().put(['value'], value);
        expect(await store().get(['value'])).toStrictEqual(value);
      }
      await store().put(['value'], undefined);
      expect(await store().find(['value'])).toMatchObject({ value: undefined, version: 11 });
    });

    test('may be large: 5 MB of text, and 10,000 elements', async () => {
      const bytes = new Uint8Array(3_700_000).fill(7);
      const list = Array.from({ length: 10_000 }, (_, n) => n);
      await store().put('large', { bytes, list });
      const got = (await store().get('large')) as { bytes: Uint8Array; list: number[] };
      expect([Buffer.compare(got.bytes, bytes), got.list.join()]).toEqual([0, list.join()]);
      await store().delete('large');
    });

    test('that is plain JSON is stored as JSON, anything else never looks like it', async () => {
      await store().put('a-json', { n: 1 });
      await store().put('a-rich', [1]);
      const stored = await rows();
      expect(stored.find(({ key }) => key === '"a-json"')?.['value']).toBe('{"n":1}');
      expect(String(stored.find(({ key }) => key === '"a-rich"')?.['value'])).not.toMatch(/^\{/);
    });

    proves('E28', 'and a thread of the same name are strangers', async () => {
      await bench.journal.append('same-name', [{}]);
      await store().put('same-name', 'mine');
      await bench.journal.delete('same-name');
      expect(await store().get('same-name')).toBe('mine');
      await bench.journal.append('same-name', [{}]);
      await store().delete('same-name');
      expect((await bench.journal.load('same-name'))?.rev).toBe(1);
    });

    proves('R29', 'is not seen behind another table prefix', async () => {
      const prefix = { tablePrefix: 'other_' };
      const orm = await bench.database.openOrm({
        entities: [...journalEntities(prefix)],
        migrations: {
          migrationsList: [HostMigration(migration => createStorageTables(migration, { version: 1, ...prefix }))],
          snapshot: false,
          tableName: 'other_migrations',
        },
      });
      await (orm as unknown as { migrator: { up(): Promise<unknown> } }).migrator.up();
      const other = new CheckpointStore(orm);
      await store().put('shared', 'ours');
      expect(await other.get('shared')).toBeUndefined();
      await other.put('shared', 'theirs');
      await other.delete('shared');
      expect(await store().get('shared')).toBe('ours');
    });
  });

  describe('a key', () => {
    proves(
      'E8',
      'is a string, a number, a boolean, or arrays and objects of them, each apart from all others',
      async () => {
        const keys: readonly CheckpointKey[] = [
          'a',
          '1',
          1,
          '',
          0,
          1.5,
          -1,
          'true',
          true,
          false,
          ['a'],
          'a,b',
          ['a', 'b'],
          [['a'], 'b'],
          ['a', ['b']],
          { a: 'b' },
          { a: ['b'] },
          { a: { b: 1 } },
          [],
          {},
          '[]',
          '{}',
        ]; // prettier-ignore
        for (const [index, key] of keys.entries()) await store().put(['apart', key], index);
        for (const [index, key] of keys.entries()) expect(await store().get(['apart', key])).toBe(index);
      },
    );

    test('does not depend on the order of its properties, nor on the sign of zero', async () => {
      await store().put({ b: [1, { y: 2, x: 3 }], a: 0 }, 'found');
      expect(await store().get({ a: -0, b: [1, { x: 3, y: 2 }] })).toBe('found');
      expect((await store().find({ a: 0, b: [1, { x: 3, y: 2 }] }))?.key).toEqual({ a: 0, b: [1, { x: 3, y: 2 }] });
    });

    proves('F22', 'may hold any character', async () => {
      const keys = [
        'a b',
        'a/b\\c',
        '..',
        'a:b',
        "'; drop table x; --",
        '\t\n',
        '\u0000',
        '\ud800',
        '🦉',
        '"',
        '%_',
        '?',
      ];
      for (const key of keys) await store().put(key, { key });
      for (const key of keys) expect(await store().get(key)).toEqual({ key });
      expect(new Set((await collect(store().list())).map(({ key }) => key))).toSatisfy((found: Set<CheckpointKey>) =>
        keys.every(key => found.has(key)),
      );
    });

    proves('JZ7', 'of anything else is refused by every call before any SQL, and nothing changes', async () => {
      const before = await rows();
      for (const key of noKeys as readonly never[]) {
        for (const call of [
          () => store().get(key),
          () => store().put(key, 1),
          () => store().delete(key),
          () => store().find(['outer', key] as never),
        ]) {
          const failure: unknown = await call().catch(error => error);
          expect(failure).toBeInstanceOf(InvalidValueError);
          expect((failure as InvalidValueError).path).toMatch(/^key/);
        }
      }
      expect(await rows()).toEqual(before);
    });

    proves('X18', 'that has the hash of another is refused by every call, and changes nothing', async () => {
      await store().put('first', 'first');
      await sql(bench.orm, `update journal_checkpoints set key = '"other"' where key = '"first"'`);
      const before = await rows();
      for (const call of [
        () => store().get('first'),
        () => store().put('first', 2),
        () => store().put('first', 2, { expectedVersion: 0 }),
        () => store().put('first', 2, { expectedVersion: 1 }),
        () => store().delete('first'),
      ]) {
        const failure: unknown = await call().catch(error => error);
        expect(failure).toBeInstanceOf(CheckpointKeyCollisionError);
        expect(String(failure)).not.toContain('first');
      }
      expect(await rows()).toEqual(before);
      await sql(bench.orm, `delete from journal_checkpoints where key = '"other"'`);
    });
  });

  describe('expectedVersion', () => {
    test('lets a put through at that version only, 0 when there must be none', async () => {
      const checkpoints = store();
      await checkpoints.put('guarded', 'a', { expectedVersion: 0 });
      await checkpoints.put('guarded', 'b', { expectedVersion: 1 });
      for (const [expectedVersion, actualVersion] of [
        [0, 2],
        [1, 2],
        [3, 2],
      ] as const) {
        const failure: unknown = await checkpoints.put('guarded', 'c', { expectedVersion }).catch(error => error);
        expect(failure).toBeInstanceOf(CheckpointConflictError);
        expect(failure).toMatchObject({ code: 'checkpoint_conflict', expectedVersion, actualVersion });
      }
      expect(await checkpoints.find('guarded')).toMatchObject({ value: 'b', version: 2 });
      await expect(checkpoints.put('absent', 1, { expectedVersion: 5 })).rejects.toMatchObject({ actualVersion: 0 });
      expect(await checkpoints.get('absent')).toBeUndefined();
    });

    test('lets a delete through at that version only', async () => {
      await store().put('guarded-delete', 'a');
      await expect(store().delete('guarded-delete', { expectedVersion: 2 })).rejects.toMatchObject({
        actualVersion: 1,
      });
      expect(await store().get('guarded-delete')).toBe('a');
      await store().delete('guarded-delete', { expectedVersion: 1 });
      await expect(store().delete('guarded-delete', { expectedVersion: 1 })).rejects.toMatchObject({
        actualVersion: 0,
      });
    });

    test('lets one of many racing puts win', async () => {
      for (const expectedVersion of [0, 1]) {
        const ends = await Promise.allSettled(
          Array.from({ length: 8 }, (_, n) => store().put('race', n, { expectedVersion })),
        );
        const won = ends.flatMap((end, n) => (end.status === 'fulfilled' ? [n] : []));
        expect(won).toHaveLength(1);
        expect(await store().get('race')).toBe(won[0]);
      }
    });

    test('is not needed: racing puts all go through, one after the other', async () => {
      const versions = await Promise.all(Array.from({ length: 20 }, (_, n) => store().put('unguarded', n)));
      expect(versions.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, n) => n + 1),
      );
    });
  });

  describe('list', () => {
    const keysOf = async (prefix?: string | readonly CheckpointKey[]): Promise<CheckpointKey[]> =>
      (await collect(store().list({ prefix }))).map(({ key }) => key);

    test('finds strings by how they begin, and arrays by their first elements', async () => {
      const keys: readonly CheckpointKey[] = [
        'l:a',
        'l:a:1',
        'l:b',
        'l',
        ['l:a'],
        ['l:a', 'x'],
        ['l:a', 'x', 1],
        ['l:a', 'xy'],
        ['l:a', 1],
        ['l:a', 12],
        ['l:ab'],
      ]; // prettier-ignore
      for (const key of keys) await store().put(key, 'v');
      expect(await keysOf('l:')).toEqual(['l:a', 'l:a:1', 'l:b']);
      expect(await keysOf('l:a')).toEqual(['l:a', 'l:a:1']);
      expect(new Set(await keysOf(['l:a']))).toEqual(
        new Set([['l:a'], ['l:a', 'x'], ['l:a', 'x', 1], ['l:a', 'xy'], ['l:a', 1], ['l:a', 12]]),
      );
      expect(new Set(await keysOf(['l:a', 'x']))).toEqual(
        new Set([
          ['l:a', 'x'],
          ['l:a', 'x', 1],
        ]),
      );
      expect(await keysOf(['l:a', 1])).toEqual([['l:a', 1]]);
      expect(await keysOf(['l:nothing'])).toEqual([]);
      expect((await keysOf([])).every(Array.isArray)).toBe(true);
      expect((await keysOf()).length).toBe((await rows()).length);
    });

    test('goes through many pages, with version and time, and nothing twice', async () => {
      const checkpoints = new CheckpointStore(bench.orm, { now: () => 77 });
      const wanted = Array.from({ length: 600 }, (_, n) => `page-${n}`);
      await bench.orm.em.fork().transactional(async () => {
        for (const key of wanted) await checkpoints.put(key, 1);
      });
      const heads = await collect(checkpoints.list({ prefix: 'page-' }));
      expect(heads.map(({ key }) => key)).toEqual([...wanted].sort());
      expect(heads[0]).toEqual({ key: 'page-0', version: 1, updatedAt: 77 });
    });

    test('lists what cannot be read, so that it can be found and deleted', async () => {
      await store().put('rotten-1', { n: 1 });
      await sql(bench.orm, `update journal_checkpoints set value = 'x' where key = '"rotten-1"'`);
      expect(await keysOf('rotten')).toEqual(['rotten-1']);
      await store().delete('rotten-1');
      expect(await keysOf('rotten')).toEqual([]);
    });

    test('refuses a prefix that no key can begin with', async () => {
      for (const prefix of [7, true, { a: 1 }, null] as unknown as readonly never[]) {
        await expect(collect(store().list({ prefix }))).rejects.toBeInstanceOf(InvalidArgumentError);
      }
      await expect(collect(store().list({ prefix: ['a', null] as never }))).rejects.toBeInstanceOf(InvalidValueError);
    });
  });

  describe('damage', () => {
    proves('R3', 'is answered: what is not as it was put is never handed out', async () => {
      const text = JSON.stringify({ n: 1, text: 'abcdef' });
      const damages = ['', 'x', text.replace('1', '2'), text.slice(0, -1), '[1]', '{"n":1}', `${text} `];
      for (const damaged of damages) {
        await store().put('damaged', { n: 1, text: 'abcdef' });
        await sql(bench.orm, `update journal_checkpoints set value = '${damaged}' where key = '"damaged"'`);
        const failure: unknown = await store()
          .get('damaged')
          .catch(error => error);
        expect(failure).toBeInstanceOf(CorruptCheckpointError);
        expect(String(failure)).not.toMatch(/damaged|abcdef/);
      }
      await store().put('damaged', 'whole again');
      expect(await store().get('damaged')).toBe('whole again');
    });

    test('of a text that has the right digest and cannot be decoded is answered too', async () => {
      const { checkpointDigest, storedKey } = await import('../../src/checkpoints/index.ts');
      await store().put('undecodable', 1);
      const digest = checkpointDigest(storedKey('undecodable'), '[[7]]');
      await sql(
        bench.orm,
        `update journal_checkpoints set value = '[[7]]', digest = '${digest}' where key = '"undecodable"'`,
      );
      await expect(store().get('undecodable')).rejects.toMatchObject({ code: 'corrupt_checkpoint' });
    });

    proves('R35 R36', 'to the database passes through as the driver tells it', async () => {
      await sql(bench.orm, 'alter table journal_checkpoints rename to hidden_checkpoints');
      try {
        for (const call of [() => store().get('x'), () => store().put('x', 1), () => store().delete('x')]) {
          const failure: unknown = await call().catch(error => error);
          expect(failure).not.toBeInstanceOf(JournalError);
          expect(failure).toMatchObject({ code: isPostgres(bench.backend) ? '42P01' : 'SQLITE_ERROR' });
        }
      } finally {
        await sql(bench.orm, 'alter table hidden_checkpoints rename to journal_checkpoints');
      }
    });
  });

  describe('a value', () => {
    test('that cannot be kept is refused before any SQL, with its path, and the old one stays', async () => {
      await store().put('kept', 'old');
      for (const [value, path] of [
        [() => 1, 'value'],
        [{ a: [Symbol('x')] }, 'value.a[0]'],
        [{ when: new (class When {})() }, 'value.when'],
      ] as const) {
        const failure: unknown = await store()
          .put('kept', value)
          .catch(error => error);
        expect(failure).toBeInstanceOf(InvalidValueError);
        expect(failure).toMatchObject({ path });
      }
      const small = new CheckpointStore(bench.orm, { limits: { maxCheckpointBytes: 100, maxDepth: 3 } });
      await expect(small.put('kept', 'x'.repeat(101))).rejects.toMatchObject({ limit: 'maxCheckpointBytes', max: 100 });
      await expect(small.put('kept', [[[[]]]])).rejects.toBeInstanceOf(LimitExceededError);
      expect(await store().get('kept')).toBe('old');
    });
  });

  describe('inside a transaction of the host', () => {
    test('a put commits and rolls back with it, and a refused one leaves it usable', async () => {
      const checkpoints = store();
      await checkpoints.put('tx', 'before');
      await expect(
        bench.orm.em.fork().transactional(async () => {
          await checkpoints.put('tx', 'inside');
          expect(await checkpoints.get('tx')).toBe('inside');
          throw new Error('host failed');
        }),
      ).rejects.toThrow('host failed');
      expect(await checkpoints.get('tx')).toBe('before');
      await bench.orm.em.fork().transactional(async () => {
        await expect(checkpoints.put('tx', 'x', { expectedVersion: 9 })).rejects.toBeInstanceOf(
          CheckpointConflictError,
        );
        await expect(checkpoints.put('tx', 'x', { expectedVersion: 0 })).rejects.toBeInstanceOf(
          CheckpointConflictError,
        );
        await checkpoints.put('tx', 'after', { expectedVersion: 1 });
      });
      expect(await checkpoints.get('tx')).toBe('after');
    });

    test('begun by hand it is joined with within(em), and only there', async () => {
      const em = bench.orm.em.fork();
      await em.begin();
      await store().within(em).put('by-hand', 1);
      await em.rollback();
      expect(await store().get('by-hand')).toBeUndefined();
      await expect(store().within(em).put('by-hand', 1)).rejects.toBeInstanceOf(InvalidArgumentError);
    });
  });
});
