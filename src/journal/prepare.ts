import { InvalidArgumentError, InvalidEntryError, InvalidValueError, LimitExceededError } from '../errors.ts';
import type { Limits, Settings } from '../options.ts';
import { checkId, checkInteger, encodeObject } from '../values/index.ts';
import { entryDigest, type StoredEntry } from './hash.ts';

/** A checked entry with its defaults filled in and its values encoded: all an append needs but the seq. */
export interface PreparedEntry extends StoredEntry {
  readonly digest: string;
}

export interface Prepared {
  readonly entries: readonly PreparedEntry[];
  /** True when an id came from the caller: only then can an entry be recorded already. */
  readonly callerIds: boolean;
}

/** `seq`, `threadId` and `cursor` are those of a recorded entry that is handed in again: known, and ignored. */
const KNOWN = new Set(['id', 'at', 'kind', 'payload', 'refs', 'seq', 'threadId', 'cursor']);

/** Checks everything about the entries of one append before any statement is sent. */
export function prepareEntries(entries: unknown, settings: Settings): Prepared {
  const { limits } = settings;
  if (!Array.isArray(entries)) throw new InvalidArgumentError({ argument: 'entries', reason: 'must be an array' });
  if (entries.length > limits.maxEntries) {
    throw new LimitExceededError({ path: 'entries', limit: 'maxEntries', max: limits.maxEntries });
  }
  const prepared: PreparedEntry[] = [];
  const ids = new Set<string>();
  let callerIds = false;
  let bytes = 0;
  for (let index = 0; index < entries.length; index += 1) {
    const path = `entries[${index}]`;
    const { callerId, ...entry } = prepareEntry(entries[index], path, settings);
    callerIds ||= callerId;
    if (ids.has(entry.id)) throw new InvalidEntryError({ path: `${path}.id`, reason: 'stands twice in this append' });
    ids.add(entry.id);
    bytes += Buffer.byteLength(entry.payload) + Buffer.byteLength(entry.refs);
    if (bytes > limits.maxAppendBytes) {
      throw new LimitExceededError({ path, limit: 'maxAppendBytes', max: limits.maxAppendBytes });
    }
    prepared.push(entry);
  }
  return { entries: prepared, callerIds };
}

/** The stored text of a thread's metadata. */
export function prepareMetadata(metadata: unknown, settings: Settings): string {
  if (metadata === undefined) return '{}';
  return encodeObject(metadata, 'metadata', {
    maxDepth: settings.limits.maxDepth,
    maxBytes: settings.limits.maxEntryBytes,
  });
}

function prepareEntry(given: unknown, path: string, settings: Settings): PreparedEntry & { callerId: boolean } {
  const { limits, now, newId } = settings;
  const { id, at, kind, payload, refs } = fieldsOf(given, path);
  const stored = {
    id: id === undefined ? `entry_${newId()}` : checkId(id, `${path}.id`),
    at: at === undefined ? now() : checkInteger(at, `${path}.at`),
    kind: kind === undefined ? 'note' : checkId(kind, `${path}.kind`),
    payload: encodeField(payload, `${path}.payload`, limits),
    refs: encodeField(refs, `${path}.refs`, limits),
  };
  if (Buffer.byteLength(stored.payload) + Buffer.byteLength(stored.refs) > limits.maxEntryBytes) {
    throw new LimitExceededError({ path, limit: 'maxEntryBytes', max: limits.maxEntryBytes });
  }
  return { ...stored, digest: entryDigest(stored), callerId: id !== undefined };
}

function encodeField(value: unknown, path: string, { maxDepth, maxEntryBytes }: Limits): string {
  if (value === undefined) return '{}';
  try {
    return encodeObject(value, path, { maxDepth, maxBytes: maxEntryBytes });
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    throw new InvalidEntryError({ path: error.path, reason: error.reason });
  }
}

/** A field we do not know is refused: `{ role, content }` without a payload around it would be lost in silence. */
function fieldsOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    throw new InvalidEntryError({ path, reason: 'must be a plain object' });
  }
  const unknown = Reflect.ownKeys(value as object).find(key => typeof key === 'symbol' || !KNOWN.has(key));
  if (unknown === undefined) return value as Readonly<Record<string, unknown>>;
  const name = JSON.stringify(String(unknown).slice(0, 40));
  throw new InvalidEntryError({ path, reason: `an entry has no field ${name}: put it in payload or refs` });
}
