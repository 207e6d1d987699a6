import { InvalidArgumentError } from './errors.ts';
import { checkId, checkInteger, MAX_DEPTH, newUuid } from './values/index.ts';

/** What one append, or one checkpoint, may hold. Beyond a limit: `LimitExceededError`, before any SQL. */
export interface Limits {
  /** Nesting of a payload, refs or metadata. Default 256, at most 1,000. */
  readonly maxDepth: number;
  /** UTF-8 bytes of one stored payload + refs (or metadata). Default 1 MiB. */
  readonly maxEntryBytes: number;
  /** Entries of one append. Default 1,000. */
  readonly maxEntries: number;
  /** UTF-8 bytes of one append. Default 8 MiB. */
  readonly maxAppendBytes: number;
  /** UTF-8 bytes of one stored checkpoint. Default 8 MiB. */
  readonly maxCheckpointBytes: number;
}

/** How `load` packs long threads for the next load. See docs/snapshots.md. */
export interface SnapshotSettings {
  /** Pack what a load had to read row by row, in the background, for the next one. Default true. */
  readonly seal: boolean;
  /** So many entries read row by row are worth packing. Default 64. */
  readonly minTail: number;
  /** Entries of one packed segment, at most. Default 256. */
  readonly segmentEntries: number;
}

/**
 * Lifts a payload from one shape of its kind to the next. Pure: the same payload gives the same result, and the one that
 * is handed in stays as it is.
 */
export type Upcaster = (payload: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** By kind: how to get from shape 1 to 2, from 2 to 3, … The newest shape has one number more than there are steps. */
export type Upcasters = Readonly<Record<string, readonly Upcaster[]>>;

/** How streams hear of new entries. See docs/live.md. */
export interface LiveSettings {
  /** PostgreSQL: tell other processes of each commit, after it, at most a hundred times a second. Default true. */
  readonly notify: boolean;
  /** PostgreSQL: where to listen, when the host's own connections go through a pooler. Default: where the host connects. */
  readonly listenUrl: string | undefined;
  /** How often a connection that listens must prove that it hears, milliseconds. Default 10,000. */
  readonly heartbeatMs: number;
  /** How often everything is looked at, heard of or not, milliseconds. Default 5,000. */
  readonly pollMs: number;
}

export interface JournalOptions {
  readonly limits?: Partial<Limits> | undefined;
  readonly snapshots?: Partial<SnapshotSettings> | undefined;
  /**
   * Old shapes of payloads are lifted whenever an entry is read. `refs.v` says which shape an entry was recorded in,
   * absent is 1; it is yours to set when you append, and the newest when you read. Default: nothing is lifted.
   */
  readonly upcasters?: Upcasters | undefined;
  readonly live?: Partial<LiveSettings> | undefined;
  /** How long a call may take, milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Appends made at the same time share a transaction: each keeps its own guard, result and error, and none waits for
   * a timer. Default true.
   */
  readonly batching?: boolean | undefined;
  /** UTF-8 bytes of appends that wait to be sent; beyond: `QueueFullError`. Default 64 MiB. */
  readonly maxQueuedBytes?: number | undefined;
  /**
   * Statements are prepared once a connection. Turn it off behind a pooler that gives each transaction another server
   * connection and does not follow prepared statements. Default true.
   */
  readonly preparedStatements?: boolean | undefined;
  /** The clock, epoch milliseconds: `at`, `createdAt`, `updatedAt`. Never used for order. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Unique strings for entry ids and generations; time-ordered ones keep the index small. Default: UUIDv7. */
  readonly newId?: (() => string) | undefined;
}

export interface Settings {
  readonly limits: Limits;
  readonly snapshots: SnapshotSettings;
  /** Undefined when there are none. */
  readonly upcasters: ReadonlyMap<string, readonly Upcaster[]> | undefined;
  readonly live: LiveSettings;
  readonly timeoutMs: number;
  readonly batching: boolean;
  readonly maxQueuedBytes: number;
  readonly preparedStatements: boolean;
  readonly now: () => number;
  readonly newId: () => string;
}

export const defaultLimits: Limits = {
  maxDepth: 256,
  maxEntryBytes: 1_048_576,
  maxEntries: 1_000,
  maxAppendBytes: 8_388_608,
  maxCheckpointBytes: 8_388_608,
};

export function settingsOf(options: JournalOptions = {}): Settings {
  const limits: { -readonly [key in keyof Limits]: number } = { ...defaultLimits };
  for (const key of Object.keys(defaultLimits) as (keyof Limits)[]) {
    limits[key] = positive(options.limits?.[key] ?? defaultLimits[key], `limits.${key}`);
  }
  const now = callable(options.now ?? Date.now, 'now');
  const newId = callable(options.newId ?? newUuid, 'newId');
  if (limits.maxDepth > MAX_DEPTH) {
    throw new InvalidArgumentError({ argument: 'limits.maxDepth', reason: `must be at most ${MAX_DEPTH}` });
  }
  return {
    limits,
    snapshots: snapshotsOf(options.snapshots),
    upcasters: upcastersOf(options.upcasters),
    live: liveOf(options.live),
    timeoutMs: positive(options.timeoutMs ?? 30_000, 'timeoutMs'),
    batching: flag(options.batching ?? true, 'batching'),
    maxQueuedBytes: positive(options.maxQueuedBytes ?? 67_108_864, 'maxQueuedBytes'),
    preparedStatements: flag(options.preparedStatements ?? true, 'preparedStatements'),
    now: () => checkInteger(now(), 'now()'),
    newId: () => checkId(newId(), 'newId()'),
  };
}

function snapshotsOf({ seal = true, minTail = 64, segmentEntries = 256 }: Partial<SnapshotSettings> = {}) {
  if (typeof seal !== 'boolean') {
    throw new InvalidArgumentError({ argument: 'snapshots.seal', reason: 'must be true or false' });
  }
  return {
    seal,
    minTail: positive(minTail, 'snapshots.minTail'),
    segmentEntries: positive(segmentEntries, 'snapshots.segmentEntries'),
  };
}

function upcastersOf(upcasters: Upcasters = {}): Settings['upcasters'] {
  if (typeof upcasters !== 'object' || upcasters === null) {
    throw new InvalidArgumentError({ argument: 'upcasters', reason: 'must be an object: kinds, and their steps' });
  }
  const steps = Object.entries(upcasters).map(([kind, list]) => {
    const argument = `upcasters[${JSON.stringify(kind)}]`;
    if (!Array.isArray(list)) throw new InvalidArgumentError({ argument, reason: 'must be an array of functions' });
    return [checkId(kind, argument), list.map((step, index) => callable(step, `${argument}[${index}]`))] as const;
  });
  return steps.length === 0 ? undefined : new Map(steps);
}

function liveOf(given: Partial<LiveSettings> = {}): LiveSettings {
  const { notify = true, listenUrl, heartbeatMs = 10_000, pollMs = 5_000 } = given;
  if (listenUrl !== undefined && typeof listenUrl !== 'string') {
    throw new InvalidArgumentError({ argument: 'live.listenUrl', reason: 'must be a connection URL' });
  }
  return {
    notify: flag(notify, 'live.notify'),
    listenUrl,
    heartbeatMs: positive(heartbeatMs, 'live.heartbeatMs'),
    pollMs: positive(pollMs, 'live.pollMs'),
  };
}

export function checkSignal(signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new InvalidArgumentError({ argument: 'signal', reason: 'must be an AbortSignal' });
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

function flag(value: unknown, argument: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new InvalidArgumentError({ argument, reason: 'must be true or false' });
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
