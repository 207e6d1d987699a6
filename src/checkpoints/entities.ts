import { defineEntity, type EntitySchema, type Opt, type PrimaryKeyProp, p } from '@mikro-orm/core';
import type { TablePlace } from '../options.ts';

/** An agent's saved state under a key, overwritten in place. */
export interface JournalCheckpointRow {
  [PrimaryKeyProp]?: 'keyHash';
  keyHash: string;
  key: string;
  value: string;
  digest: string;
  version: number & Opt;
  updatedAt: number;
}

export function checkpointEntity({ schema, tablePrefix }: TablePlace): EntitySchema<JournalCheckpointRow> {
  const tableName = `${tablePrefix}journal_checkpoints`;
  return defineEntity({
    name: 'JournalCheckpoint',
    tableName,
    ...(schema === undefined ? {} : { schema }),
    properties: {
      keyHash: p.text().primary().name('key_hash').ignoreSchemaChanges('collation'),
      key: p.text().name('key').ignoreSchemaChanges('collation'),
      value: p.text().name('value'),
      digest: p.text().name('digest'),
      version: p.integer().version().name('version'),
      updatedAt: p.bigint('number').name('updated_at'),
    },
    indexes: [{ name: `${tableName}_key_index`, properties: ['key'] }],
  }) as unknown as EntitySchema<JournalCheckpointRow>;
}
