import { defineEntity, type EntitySchema, type Opt, type PrimaryKeyProp, p } from '@mikro-orm/core';
import { Position, TransactionId } from '../dialects/index.ts';
import type { TablePlace } from '../options.ts';

/** A thread's head: read it freely; write it only through the journal. */
export interface JournalThreadRow {
  [PrimaryKeyProp]?: 'threadId';
  threadId: string;
  generation: string;
  rev: number;
  /** Counts every change of the head; the ORM's optimistic lock. */
  version: number & Opt;
  headHash: string;
  metadata: string;
  createdAt: number;
  updatedAt: number;
}

/** One entry as stored; `payload` and `refs` are the codec's text. */
export interface JournalEntryRow {
  [PrimaryKeyProp]?: 'position';
  position: number & Opt;
  threadId: string;
  seq: number;
  entryId: string;
  at: number;
  kind: string;
  payload: string;
  refs: string;
  xid: string & Opt;
}

/** What remains of a deleted thread. Inserting one IS the deletion: a trigger does the rest. */
export interface JournalErasureRow {
  [PrimaryKeyProp]?: ['threadId', 'generation'];
  threadId: string;
  generation: string;
  rev: number;
  headHash: string;
  erasedAt: number;
}

// The diff compares a trigger's name and events and never its expression, and the two databases need different DDL:
// the real one is in the migration.
const inMigration = 'select 1';

export function threadEntity({ schema, tablePrefix }: TablePlace): EntitySchema<JournalThreadRow> {
  const tableName = `${tablePrefix}journal_threads`;
  return defineEntity({
    name: 'JournalThread',
    tableName,
    ...(schema === undefined ? {} : { schema }),
    properties: {
      threadId: p.text().primary().name('thread_id').ignoreSchemaChanges('collation'),
      generation: p.text().name('generation'),
      rev: p.integer().name('rev'),
      version: p.integer().version().name('version'),
      headHash: p.text().name('head_hash'),
      metadata: p.text().name('metadata'),
      createdAt: p.bigint('number').name('created_at'),
      updatedAt: p.bigint('number').name('updated_at'),
    },
    triggers: [{ name: `${tableName}_guard`, timing: 'before', events: ['delete'], expression: inMigration }],
  }) as unknown as EntitySchema<JournalThreadRow>;
}

export function entryEntity({ schema, tablePrefix }: TablePlace): EntitySchema<JournalEntryRow> {
  const tableName = `${tablePrefix}journal_entries`;
  return defineEntity({
    name: 'JournalEntry',
    tableName,
    ...(schema === undefined ? {} : { schema }),
    properties: {
      position: p.type(Position).primary().autoincrement().name('position'),
      threadId: p.text().name('thread_id').ignoreSchemaChanges('collation'),
      seq: p.integer().name('seq'),
      entryId: p.text().name('entry_id').ignoreSchemaChanges('collation'),
      at: p.bigint('number').name('at'),
      kind: p.text().name('kind'),
      payload: p.text().name('payload'),
      refs: p.text().name('refs'),
      xid: p.type(TransactionId).name('xid').ignoreSchemaChanges('default'),
    },
    uniques: [
      { name: `${tableName}_seq_unique`, properties: ['threadId', 'seq'] },
      { name: `${tableName}_id_unique`, properties: ['threadId', 'entryId'] },
    ],
    indexes: [{ name: `${tableName}_xid_index`, properties: ['xid'] }],
    triggers: [
      { name: `${tableName}_guard`, timing: 'before', events: ['insert', 'update', 'delete'], expression: inMigration },
    ],
  }) as unknown as EntitySchema<JournalEntryRow>;
}

export function erasureEntity({ schema, tablePrefix }: TablePlace): EntitySchema<JournalErasureRow> {
  const tableName = `${tablePrefix}journal_erasures`;
  return defineEntity({
    name: 'JournalErasure',
    tableName,
    ...(schema === undefined ? {} : { schema }),
    properties: {
      threadId: p.text().primary().name('thread_id').ignoreSchemaChanges('collation'),
      generation: p.text().primary().name('generation').ignoreSchemaChanges('collation'),
      rev: p.integer().name('rev'),
      headHash: p.text().name('head_hash'),
      erasedAt: p.bigint('number').name('erased_at'),
    },
    triggers: [
      { name: `${tableName}_apply`, timing: 'after', events: ['insert'], expression: inMigration },
      { name: `${tableName}_guard`, timing: 'before', events: ['update', 'delete'], expression: inMigration },
    ],
  }) as unknown as EntitySchema<JournalErasureRow>;
}
