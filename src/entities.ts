import type { EntitySchema } from '@mikro-orm/core';
import { checkpointEntity } from './checkpoints/index.ts';
import { entryEntity, erasureEntity, threadEntity } from './journal/index.ts';
import { placeOf, type StorageOptions } from './options.ts';
import { projectionEntities } from './projections/index.ts';
import { snapshotEntity } from './snapshots/index.ts';

/**
 * The journal's entities, for the host's own config: `entities: [...journalEntities(), User, …]`.
 *
 * Registered, they keep the host's schema diff empty and let the journal find its tables. One set per ORM.
 *
 * @throws InvalidArgumentError when `schema` or `tablePrefix` is not a plain lower-case name.
 */
export function journalEntities(options: StorageOptions = {}): readonly EntitySchema[] {
  const place = placeOf(options);
  return [
    threadEntity(place),
    entryEntity(place),
    erasureEntity(place),
    snapshotEntity(place),
    checkpointEntity(place),
    ...projectionEntities(place),
  ] as readonly EntitySchema[];
}
