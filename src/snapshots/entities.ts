import { defineEntity, type EntitySchema, type PrimaryKeyProp, p } from '@mikro-orm/core';
import type { TablePlace } from '../options.ts';

/** A sealed run of a thread's entries, packed for fast loading. Disposable: the journal has it all. */
export interface JournalSnapshotRow {
  [PrimaryKeyProp]?: ['threadId', 'generation', 'fromSeq'];
  threadId: string;
  generation: string;
  fromSeq: number;
  toSeq: number;
  /** The journal's hash chain at `toSeq`. */
  hash: string;
  body: string;
  digest: string;
  format: number;
}

export function snapshotEntity({ schema, tablePrefix }: TablePlace): EntitySchema<JournalSnapshotRow> {
  return defineEntity({
    name: 'JournalSnapshot',
    tableName: `${tablePrefix}journal_snapshots`,
    ...(schema === undefined ? {} : { schema }),
    properties: {
      threadId: p.text().primary().name('thread_id').ignoreSchemaChanges('collation'),
      generation: p.text().primary().name('generation').ignoreSchemaChanges('collation'),
      fromSeq: p.integer().primary().name('from_seq'),
      toSeq: p.integer().name('to_seq'),
      hash: p.text().name('hash'),
      body: p.text().name('body'),
      digest: p.text().name('digest'),
      format: p.integer().name('format'),
    },
  }) as unknown as EntitySchema<JournalSnapshotRow>;
}
