import type { SqlEntityManager } from '@mikro-orm/sql';
import {
  behind,
  type CallOptions,
  entityManagerOf,
  Opened,
  type OrmOrEntityManager,
  openStore,
  putBehind,
} from '../journal/index.ts';
import { type JournalOptions, settingsOf } from '../options.ts';
import type { ChangeOptions, Checkpoint, CheckpointHead, ListOptions } from './checkpoint.ts';
import { deleteCheckpoint } from './delete.ts';
import { find } from './find.ts';
import type { CheckpointKey } from './key.ts';
import { list } from './list.ts';
import { put } from './put.ts';

export type CheckpointStoreOptions = Pick<JournalOptions, 'limits' | 'timeoutMs' | 'preparedStatements' | 'now'>;

/**
 * Values under keys, overwritten in place: an agent's state, a cursor, a setting. Each value is one of the closed set.
 *
 * Opens nothing and needs no closing. A call made inside a transaction of the same ORM is part of it.
 */
export class CheckpointStore {
  /**
   * @throws EntitiesNotRegisteredError when `journalEntities()` is not among the ORM's entities.
   * @throws InvalidArgumentError for an option out of range.
   */
  constructor(orm: OrmOrEntityManager, options?: CheckpointStoreOptions);
  constructor(orm: OrmOrEntityManager | Opened, options: CheckpointStoreOptions = {}) {
    putBehind(this, orm instanceof Opened ? orm.store : openStore(entityManagerOf(orm), settingsOf(options)));
  }

  /**
   * The value under a key; undefined when there is none. One row.
   *
   * @throws CorruptCheckpointError when it is not as it was put.
   * @throws CheckpointKeyCollisionError when another key has the same hash.
   * @throws InvalidValueError for what is no key.
   */
  async get(key: CheckpointKey, options?: CallOptions): Promise<unknown> {
    return (await this.find(key, options))?.value;
  }

  /** The same with its version, for `expectedVersion`; also tells a stored `undefined` from nothing. */
  find(key: CheckpointKey, options?: CallOptions): Promise<Checkpoint | undefined> {
    return find(behind(this), key, options);
  }

  /**
   * Writes a value under a key, over what is there.
   *
   * @throws CheckpointConflictError when `expectedVersion` is given and is not the version now. Nothing was written.
   * @throws InvalidValueError, LimitExceededError (8 MiB: `limits.maxCheckpointBytes`) before any SQL.
   */
  put(key: CheckpointKey, value: unknown, options?: ChangeOptions): Promise<{ readonly version: number }> {
    return put(behind(this), key, value, options);
  }

  /**
   * Deletes what is under a key, also when there is nothing, or it is corrupt.
   *
   * @throws CheckpointConflictError when `expectedVersion` is given and is not the version now.
   */
  delete(key: CheckpointKey, options?: ChangeOptions): Promise<void> {
    return deleteCheckpoint(behind(this), key, options);
  }

  /** What is stored, without values, by key (the bytes of its JSON), page by page; all, or what begins with a prefix. */
  list(options?: ListOptions): AsyncIterable<CheckpointHead> {
    return list(behind(this), options);
  }

  /** This store inside the transaction of `em`: for `em.begin()`, and for passing a transaction on. */
  within(em: SqlEntityManager): CheckpointStore {
    return new CheckpointStore(new Opened(behind(this), em) as never);
  }
}
