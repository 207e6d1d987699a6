import { defineEntity, type EntitySchema, type Opt, type PrimaryKeyProp, p } from '@mikro-orm/core';
import type { TablePlace } from '../options.ts';

/** An agent's saved state under a key, overwritten in place. */
export interface JournalCheckpointRow {
  [PrimaryKeyProp]?: 'keyHash';
  keyHash: string;
  key: string;
  value: string;
  version: number & Opt;
  updatedAt: number;
}

export function checkpointEntity({ schema, tablePrefix }: TablePlace): EntitySchema<JournalCheckpointRow> {
  return defineEntity({
    name: 'JournalCheckpoint',
    tableName: `${tablePrefix}journal_checkpoints`,
    ...(schema === undefined ? {} : { schema }),
    properties: {
      keyHash: p.text().primary().name('key_hash').ignoreSchemaChanges('collation'),
      key: p.text().name('key'),
      value: p.text().name('value'),
      version: p.integer().version().name('version'),
      updatedAt: p.bigint('number').name('updated_at'),
    },
  }) as unknown as EntitySchema<JournalCheckpointRow>;
}
