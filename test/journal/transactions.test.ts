import { RequestContext } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { InvalidArgumentError, RevConflictError, ThreadJournal, TimeoutError } from '../../src/index.ts';
import { createDatabase } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';

eachBackend(bench => {
  const revOf = async (threadId: string): Promise<number> => (await bench.journal.head(threadId))?.rev ?? 0;

  describe('inside em.transactional', () => {
    test('an append commits with the host', async () => {
      const { journal, orm } = bench;
      const threadId = bench.id();
      await orm.em.fork().transactional(async () => {
        await journal.append(threadId, [{}]);
        await journal.append(threadId, [{ id: 'mine' }], { expectedRev: 1 });
      });
      expect(await revOf(threadId)).toBe(2);
    });

    test('an append rolls back with the host', async () => {
      const { journal, orm } = bench;
      const threadId = bench.id();
      await journal.append(threadId, [{}]);
      const failure = new Error('host failed');
      const work = orm.em.fork().transactional(async () => {
        await journal.append(threadId, [{}]);
        expect(await revOf(threadId)).toBe(2);
        throw failure;
      });
      await expect(work).rejects.toBe(failure);
      expect(await revOf(threadId)).toBe(1);
    });

    test('a savepoint that rolls back takes only its own appends', async () => {
      const { journal, orm } = bench;
      const threadId = bench.id();
      await orm.em.fork().transactional(async outer => {
        await journal.append(threadId, [{ id: 'outer' }]);
        await outer
          .transactional(async () => {
            await journal.append(threadId, [{ id: 'inner' }]);
            throw new Error('inner failed');
          })
          .catch(() => {});
        await outer.transactional(() => journal.append(threadId, [{ id: 'second' }]));
      });
      const thread = await journal.load(threadId);
      expect(thread?.entries.map(entry => entry.id)).toEqual(['outer', 'second']);
    });

    test('a savepoint that is kept rolls back with the outer transaction', async () => {
      const { journal, orm } = bench;
      const threadId = bench.id();
      const work = orm.em.fork().transactional(async outer => {
        await outer.transactional(() => journal.append(threadId, [{}]));
        throw new Error('outer failed');
      });
      await expect(work).rejects.toThrow('outer failed');
      expect(await journal.head(threadId)).toBeUndefined();
    });

    test('refused appends of every kind leave the transaction usable', async () => {
      const { journal, orm } = bench;
      const threadId = bench.id();
      await journal.append(threadId, [{ id: 'one', payload: { n: 1 } }]);
      await orm.em.fork().transactional(async () => {
        await expect(journal.append(threadId, [{}], { expectedRev: 0 })).rejects.toBeInstanceOf(RevConflictError);
        await expect(journal.append(threadId, [{}], { expectedRev: 7 })).rejects.toBeInstanceOf(RevConflictError);
        await expect(journal.append('absent', [{}], { expectedRev: 7 })).rejects.toBeInstanceOf(RevConflictError);
        await expect(journal.append(threadId, [{ id: 'one', payload: { n: 2 } }])).rejects.toMatchObject({
          code: 'duplicate_entry',
        });
        await journal.append(threadId, [{ id: 'two' }], { expectedRev: 1 });
      });
      expect(await revOf(threadId)).toBe(2);
      expect(await journal.head('absent')).toBeUndefined();
    });

    test('it is joined through a fork that was captured outside', async () => {
      const { orm } = bench;
      const threadId = bench.id();
      const fork = orm.em.fork();
      const journal = new ThreadJournal(fork);
      const work = fork.transactional(async () => {
        await journal.append(threadId, [{}]);
        throw new Error('host failed');
      });
      await expect(work).rejects.toThrow('host failed');
      expect(await revOf(threadId)).toBe(0);
    });

    test('it is joined through the global EntityManager and a RequestContext', async () => {
      const { orm, journal } = bench;
      const threadId = bench.id();
      const work = RequestContext.create(orm.em, () =>
        orm.em.transactional(async () => {
          await journal.append(threadId, [{}]);
          throw new Error('host failed');
        }),
      );
      await expect(work).rejects.toThrow('host failed');
      expect(await revOf(threadId)).toBe(0);
    });

    test('a transaction of another ORM is not mistaken for ours', async () => {
      const { journal } = bench;
      const threadId = bench.id();
      const other = await createDatabase('sqlite-memory');
      const otherOrm = await other.openOrm();
      const work = otherOrm.em.transactional(async () => {
        await journal.append(threadId, [{}]);
        throw new Error('other host failed');
      });
      await expect(work).rejects.toThrow('other host failed');
      expect(await revOf(threadId)).toBe(1);
      expect(await new ThreadJournal(otherOrm).head(threadId)).toBeUndefined();
      await other.drop();
    });

    test('a delete rolls back with the host', async () => {
      const { journal, orm } = bench;
      const threadId = bench.id();
      await journal.append(threadId, [{}, {}]);
      const work = orm.em.fork().transactional(async () => {
        await journal.delete(threadId);
        expect(await journal.load(threadId)).toBeUndefined();
        throw new Error('host failed');
      });
      await expect(work).rejects.toThrow('host failed');
      expect((await journal.load(threadId))?.entries).toHaveLength(2);
    });

    test('appends of many threads at once are all part of it', async () => {
      const { journal, orm } = bench;
      const ids = [bench.id(), bench.id(), bench.id()];
      await orm.em.fork().transactional(() => Promise.all(ids.map(id => journal.append(id, [{}]))));
      expect(await Promise.all(ids.map(revOf))).toEqual([1, 1, 1]);
    });
  });

  describe('within(em)', () => {
    test('joins a transaction begun by hand', async () => {
      const { journal, orm } = bench;
      const threadId = bench.id();
      const em = orm.em.fork();
      await em.begin();
      await journal.within(em).append(threadId, [{}]);
      await em.rollback();
      expect(await revOf(threadId)).toBe(0);
      await em.begin();
      await journal.within(em).append(threadId, [{}]);
      await em.commit();
      expect(await revOf(threadId)).toBe(1);
    });

    test('refuses an EntityManager that is in no transaction, before and after one', async () => {
      const { journal, orm } = bench;
      const em = orm.em.fork();
      const bound = journal.within(em);
      await expect(bound.append(bench.id(), [{}])).rejects.toBeInstanceOf(InvalidArgumentError);
      await em.begin();
      await bound.append(bench.id(), [{}]);
      await em.commit();
      await expect(bound.append(bench.id(), [{}])).rejects.toBeInstanceOf(InvalidArgumentError);
    });

    test('closing the bound journal leaves its parent open, and the parent closes both', async () => {
      const { orm } = bench;
      const parent = new ThreadJournal(orm);
      const em = orm.em.fork();
      await em.begin();
      const bound = parent.within(em);
      await bound.close();
      await bound.append(bench.id(), [{}]);
      await em.commit();
      await parent.close();
      await expect(bound.append(bench.id(), [{}])).rejects.toMatchObject({ code: 'journal_closed' });
    });
  });

  test('a journal is not closed inside a transaction', async () => {
    const journal = new ThreadJournal(bench.orm);
    await bench.orm.em.fork().transactional(async () => {
      await expect(journal.close()).rejects.toBeInstanceOf(InvalidArgumentError);
    });
    await journal.close();
  });

  test('a call beside a transaction begun by hand waits its time and says so, and writes nothing later', async () => {
    const journal = bench.journalWith({ timeoutMs: 150 });
    const threadId = bench.id();
    const em = bench.orm.em.fork();
    await em.begin();
    await em.execute('select 1');
    const outcome = await journal.append(threadId, [{}]).then(
      () => 'written',
      error => error,
    );
    await em.rollback();
    if (bench.backend === 'postgresql') {
      // A pool has another connection: the append is its own transaction, and stays.
      expect(outcome).toBe('written');
      expect(await revOf(threadId)).toBe(1);
    } else {
      expect(outcome).toBeInstanceOf(TimeoutError);
      expect(await revOf(threadId)).toBe(0);
    }
  });

  test('concurrent appends of the host outside any transaction do not disturb one in it', async () => {
    const { journal, orm } = bench;
    const [inside, outside] = [bench.id(), bench.id()];
    let beside: Promise<unknown> = Promise.resolve();
    const clean = new (await import('node:async_hooks')).AsyncResource('outside');
    await orm.em.fork().transactional(async () => {
      await journal.append(inside, [{}]);
      beside = clean.runInAsyncScope(() => journal.append(outside, [{}]));
      await journal.append(inside, [{}]);
    });
    await beside;
    expect([await revOf(inside), await revOf(outside)]).toEqual([2, 1]);
  });
});
