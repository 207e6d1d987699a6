import { hash } from 'node:crypto';
import { CheckpointConflictError, CheckpointKeyCollisionError, CorruptCheckpointError } from '../agent-errors.ts';
import type { Session } from '../dialects/index.ts';
import { LimitExceededError } from '../errors.ts';
import type { Store } from '../journal/index.ts';
import type { Settings } from '../options.ts';
import { decodeValue, encodeValue } from '../values/index.ts';
import type { StoredKey } from './key.ts';

export interface CheckpointHeadRow {
  readonly key: string;
  readonly version: number;
  /** Over key and value. */
  readonly digest: string;
  readonly updated_at: number | string;
}

export interface CheckpointRow extends CheckpointHeadRow {
  readonly value: string;
}

/** The stored text of a value. @throws InvalidValueError, LimitExceededError */
export function checkpointText(value: unknown, path: string, { limits }: Settings): string {
  const { maxDepth, maxCheckpointBytes: max } = limits;
  try {
    return encodeValue(value, path, { maxDepth, maxBytes: max });
  } catch (error) {
    if (!(error instanceof LimitExceededError) || error.limit !== 'maxEntryBytes') throw error;
    throw new LimitExceededError({ path: error.path, limit: 'maxCheckpointBytes', max });
  }
}

export function checkpointDigest(key: StoredKey, text: string): string {
  return hash('sha256', `${Buffer.byteLength(key.text)}:${key.text}${Buffer.byteLength(text)}:${text}`, 'hex');
}

/** What was put. @throws CorruptCheckpointError when a single byte of it is another one. */
export function decodedValue(key: StoredKey, row: CheckpointRow): unknown {
  if (checkpointDigest(key, row.value) !== row.digest) {
    throw new CorruptCheckpointError({ keyHash: key.hash, reason: 'is not as it was put' });
  }
  try {
    return decodeValue(row.value);
  } catch (cause) {
    throw new CorruptCheckpointError({ keyHash: key.hash, reason: 'cannot be decoded', cause });
  }
}

/** The row of a key. @throws CheckpointKeyCollisionError */
export async function readRow(
  { dialect, tables }: Store,
  session: Session,
  key: StoredKey,
): Promise<CheckpointRow | undefined> {
  const sql = `select key, value, digest, version, updated_at from ${tables.checkpoints} where key_hash = ?`;
  const [row] = await session.run<CheckpointRow>(dialect.statement(sql), [key.hash]);
  return checked(key, row);
}

/** The row of a key without its value, kept from changing until the transaction ends. */
export async function lockRow(
  { dialect, tables }: Store,
  session: Session,
  key: StoredKey,
): Promise<CheckpointHeadRow | undefined> {
  const sql = `select key, digest, version, updated_at from ${tables.checkpoints} where key_hash = ? ${dialect.forUpdate}`;
  const [row] = await session.run<CheckpointHeadRow>(dialect.statement(sql), [key.hash]);
  return checked(key, row);
}

/** Writes a value and answers its version. @throws CheckpointConflictError, CheckpointKeyCollisionError */
export async function putRow(
  store: Store,
  session: Session,
  key: StoredKey,
  text: string,
  expectedVersion: number | undefined,
): Promise<number> {
  for (;;) {
    const version = await tryPutRow(store, session, key, text, expectedVersion);
    if (version !== undefined) return version;
    const there = await readRow(store, session, key);
    // Without a guard it is the row of another key that was in the way, and that is gone now.
    if (expectedVersion === undefined) continue;
    throw new CheckpointConflictError({ expectedVersion, actualVersion: Number(there?.version ?? 0) });
  }
}

/** The same; undefined when the guard does not hold, or the hash is another key's. */
export async function tryPutRow(
  { dialect, tables, settings }: Store,
  session: Session,
  key: StoredKey,
  text: string,
  expectedVersion: number | undefined,
): Promise<number | undefined> {
  const digest = checkpointDigest(key, text);
  const now = settings.now();
  const insert = `insert into ${tables.checkpoints} as t (key_hash, key, value, digest, version, updated_at)
values (?, ?, ?, ?, 1, ?) on conflict (key_hash) do`;
  const change = 'update set value = excluded.value, digest = excluded.digest, updated_at = excluded.updated_at';
  const inserted = [key.hash, key.text, text, digest, now];
  const [sql, parameters] =
    expectedVersion === undefined
      ? [`${insert} ${change}, version = t.version + 1 where t.key = excluded.key`, inserted]
      : expectedVersion === 0
        ? [`${insert} nothing`, inserted]
        : [
            `update ${tables.checkpoints} set value = ?, digest = ?, updated_at = ?, version = version + 1
where key_hash = ? and key = ? and version = ?`,
            [text, digest, now, key.hash, key.text, expectedVersion],
          ];
  const [row] = await session.run<{ version: number }>(dialect.statement(`${sql} returning version`), parameters);
  return row === undefined ? undefined : Number(row.version);
}

/** Deletes a row, also when there is none. @throws CheckpointConflictError, CheckpointKeyCollisionError */
export async function deleteRow(
  store: Store,
  session: Session,
  key: StoredKey,
  expectedVersion: number | undefined,
): Promise<void> {
  const { dialect, tables } = store;
  const guard = expectedVersion === undefined ? '' : ' and version = ?';
  const sql = `delete from ${tables.checkpoints} where key_hash = ? and key = ?${guard} returning version`;
  const guarded = expectedVersion === undefined ? [] : [expectedVersion];
  const [row] = await session.run(dialect.statement(sql), [key.hash, key.text, ...guarded]);
  if (row !== undefined) return;
  const actualVersion = Number((await readRow(store, session, key))?.version ?? 0);
  if (expectedVersion === undefined || expectedVersion === actualVersion) return;
  throw new CheckpointConflictError({ expectedVersion, actualVersion });
}

function checked<Row extends { readonly key: string }>(key: StoredKey, row: Row | undefined): Row | undefined {
  if (row === undefined || row.key === key.text) return row;
  throw new CheckpointKeyCollisionError({ keyHash: key.hash });
}
