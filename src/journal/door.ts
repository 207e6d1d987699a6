import type { SqlEntityManager } from '@mikro-orm/sql';
import { InvalidArgumentError } from '../errors.ts';
import type { Store } from './store.ts';

/** The host's ORM, or an EntityManager of it. */
export type OrmOrEntityManager = { readonly em: SqlEntityManager } | SqlEntityManager;

export function entityManagerOf(orm: OrmOrEntityManager): SqlEntityManager {
  const em = 'em' in orm ? orm.em : orm;
  if (typeof em?.getKysely === 'function') return em;
  throw new InvalidArgumentError({
    argument: 'orm',
    reason: 'must be a MikroORM, or its EntityManager, on an SQL driver',
  });
}

/**
 * What stands behind the classes that users hold. Rooms above reach it here, so that one transaction can span a journal
 * and a checkpoint store, and users never see it.
 */
const stores = new WeakMap<object, Store>();

export function putBehind(door: object, store: Store): void {
  stores.set(door, store);
}

/** A store for `within`: it is called for each transaction of a host, and opens nothing. */
export class Opened {
  readonly store: Store;

  constructor(store: Store, em: SqlEntityManager) {
    this.store = { ...store, em: entityManagerOf(em), bound: true };
  }
}

/** @throws InvalidArgumentError for what is no door on a database: a `MemoryJournal`, say. */
export function behind(door: object, argument = 'this'): Store {
  const store = stores.get(door);
  if (store !== undefined) return store;
  throw new InvalidArgumentError({ argument, reason: 'must be one on a database' });
}
