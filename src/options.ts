import { v7 } from 'uuid';
import { InvalidArgumentError } from './errors.ts';
import { checkId, checkInteger } from './values/index.ts';

/** What one append may hold. Beyond a limit: `LimitExceededError`, before any SQL. */
export interface Limits {
  /** Nesting of a payload, refs or metadata. Default 256. */
  readonly maxDepth: number;
  /** UTF-8 bytes of one stored payload + refs (or metadata). Default 1 MiB. */
  readonly maxEntryBytes: number;
  /** Entries of one append. Default 1,000. */
  readonly maxEntries: number;
  /** UTF-8 bytes of one append. Default 8 MiB. */
  readonly maxAppendBytes: number;
}

export interface JournalOptions {
  readonly limits?: Partial<Limits> | undefined;
  /** How long a call may take, milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The clock, epoch milliseconds: `at`, `createdAt`, `updatedAt`. Never used for order. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Unique strings for entry ids and generations; time-ordered ones keep the index small. Default: UUIDv7. */
  readonly newId?: (() => string) | undefined;
}

export interface Settings {
  readonly limits: Limits;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly newId: () => string;
}

export const defaultLimits: Limits = {
  maxDepth: 256,
  maxEntryBytes: 1_048_576,
  maxEntries: 1_000,
  maxAppendBytes: 8_388_608,
};

export function settingsOf(options: JournalOptions = {}): Settings {
  const limits: { -readonly [key in keyof Limits]: number } = { ...defaultLimits };
  for (const key of Object.keys(defaultLimits) as (keyof Limits)[]) {
    limits[key] = positive(options.limits?.[key] ?? defaultLimits[key], `limits.${key}`);
  }
  const now = callable(options.now ?? Date.now, 'now');
  const newId = callable(options.newId ?? (() => v7()), 'newId');
  return {
    limits,
    timeoutMs: positive(options.timeoutMs ?? 30_000, 'timeoutMs'),
    now: () => checkInteger(now(), 'now()'),
    newId: () => checkId(newId(), 'newId()'),
  };
}

/** An options object, or a clear word that it is none. */
export function optionsOf<T extends object>(options: T): T {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  throw new InvalidArgumentError({ argument: 'options', reason: 'must be an object' });
}

function positive(value: unknown, argument: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError({ argument, reason: 'must be a positive integer' });
}

function callable<T>(value: T, argument: string): T {
  if (typeof value === 'function') return value;
  throw new InvalidArgumentError({ argument, reason: 'must be a function' });
}

/** Where the journal's tables stand in the host's database. */
export interface StorageOptions {
  /** PostgreSQL only; created when it does not exist. Default: the connection's own schema. */
  readonly schema?: string | undefined;
  /** Goes before every table name, 24 characters at most. Default: none. */
  readonly tablePrefix?: string | undefined;
}

export interface TablePlace {
  readonly schema: string | undefined;
  readonly tablePrefix: string;
}

/** Names are checked against a list of letters, not quoted: what cannot alter a statement needs no escaping. */
export function placeOf({ schema, tablePrefix = '' }: StorageOptions = {}): TablePlace {
  if (schema !== undefined) checkName(schema, 'schema', 40);
  // PostgreSQL cuts names at 63 bytes; the longest of ours is 39.
  if (tablePrefix !== '') checkName(tablePrefix, 'tablePrefix', 24);
  return { schema, tablePrefix };
}

function checkName(name: unknown, argument: string, max: number): void {
  if (typeof name === 'string' && name.length <= max && /^[a-z_][a-z0-9_]*$/.test(name)) return;
  throw new InvalidArgumentError({
    argument,
    reason: `must match ^[a-z_][a-z0-9_]*$ and have at most ${max} characters`,
  });
}
