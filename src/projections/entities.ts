import { defineEntity, type EntitySchema, type PrimaryKeyProp, p } from '@mikro-orm/core';
import type { TablePlace } from '../options.ts';

/** One projection over all threads: how far it is, and which process runs it. */
export interface JournalProjectionRow {
  [PrimaryKeyProp]?: ['name', 'version'];
  name: string;
  version: number;
  cursor: string | null;
  status: string;
  owner: string | null;
  fence: number;
  leaseUntil: number;
  error: string | null;
}

/** Folded state of one thread, kept. Disposable. */
export interface JournalProjectionStateRow {
  [PrimaryKeyProp]?: ['threadId', 'generation', 'name', 'version'];
  threadId: string;
  generation: string;
  name: string;
  version: number;
  rev: number;
  state: string;
  digest: string;
}

/** An entry that a projection could not take, set aside with its error. */
export interface JournalParkedRow {
  [PrimaryKeyProp]?: ['name', 'version', 'position'];
  name: string;
  version: number;
  position: number;
  error: string;
  parkedAt: number;
}

export function projectionEntities(
  place: TablePlace,
): readonly [
  EntitySchema<JournalProjectionRow>,
  EntitySchema<JournalProjectionStateRow>,
  EntitySchema<JournalParkedRow>,
] {
  const { tablePrefix } = place;
  const schema = place.schema === undefined ? {} : { schema: place.schema };
  return [
    defineEntity({
      name: 'JournalProjection',
      tableName: `${tablePrefix}journal_projections`,
      ...schema,
      properties: {
        name: p.text().primary().name('name').ignoreSchemaChanges('collation'),
        version: p.integer().primary().name('version'),
        cursor: p.text().nullable().name('cursor'),
        status: p.text().name('status'),
        owner: p.text().nullable().name('owner'),
        fence: p.bigint('number').name('fence'),
        leaseUntil: p.bigint('number').name('lease_until'),
        error: p.text().nullable().name('error'),
      },
    }) as unknown as EntitySchema<JournalProjectionRow>,
    defineEntity({
      name: 'JournalProjectionState',
      tableName: `${tablePrefix}journal_projection_states`,
      ...schema,
      properties: {
        // The thread first: deleting a thread finds its rows by this key.
        threadId: p.text().primary().name('thread_id').ignoreSchemaChanges('collation'),
        generation: p.text().primary().name('generation').ignoreSchemaChanges('collation'),
        name: p.text().primary().name('name').ignoreSchemaChanges('collation'),
        version: p.integer().primary().name('version'),
        rev: p.integer().name('rev'),
        state: p.text().name('state'),
        digest: p.text().name('digest'),
      },
    }) as unknown as EntitySchema<JournalProjectionStateRow>,
    defineEntity({
      name: 'JournalParked',
      tableName: `${tablePrefix}journal_parked`,
      ...schema,
      properties: {
        name: p.text().primary().name('name').ignoreSchemaChanges('collation'),
        version: p.integer().primary().name('version'),
        position: p.bigint('number').primary().name('position'),
        error: p.text().name('error'),
        parkedAt: p.bigint('number').name('parked_at'),
      },
    }) as unknown as EntitySchema<JournalParkedRow>,
  ];
}
