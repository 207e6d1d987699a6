import type { SqlEntityManager } from '@mikro-orm/sql';
import {
  type Attempt,
  type Call,
  type Dialect,
  dialectOf,
  inTransaction,
  nativeClient,
  onConnection,
  type Runner,
  runCall,
  type Session,
  type Tables,
  throughKysely,
  transactionOf,
} from '../dialects/index.ts';
import {
  EntitiesNotRegisteredError,
  InvalidArgumentError,
  JournalClosedError,
  StorageNotMigratedError,
} from '../errors.ts';
import type { Settings } from '../options.ts';
import type { AppendQueue } from './append-queue.ts';

/** What every verb works on: where the tables are, how this database speaks, and what the caller chose. */
export interface Store {
  /** The EntityManager the journal was opened on, to find transactions by. */
  readonly em: SqlEntityManager;
  /** One of our own, for statements outside any transaction: `em` may stand for whatever the async context holds. */
  readonly own: SqlEntityManager;
  /** True for a journal made by `within(em)`: it works in that transaction or not at all. */
  readonly bound: boolean;
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly settings: Settings;
  /** Shared by a journal and all that is bound to a transaction from it. */
  readonly life: Life;
}

/** What a journal comes to know and to hold while it is open. */
export interface Life {
  closed: boolean;
  /** Found out at the first call: the tables are there, with their guards. */
  migrated: boolean;
  /** Found out at the first call outside a transaction: the quickest way for statements. */
  runner: Runner | undefined;
  opening: Promise<void> | undefined;
  /** Found out by the first page of the feed: what tells which database this is. */
  identity: Promise<readonly string[]> | undefined;
  /** Appends that wait for the one under way; undefined when each goes by itself. */
  queue: AppendQueue | undefined;
  readonly running: Set<Promise<unknown>>;
}

/** A store on the host's ORM. @throws EntitiesNotRegisteredError */
export function openStore(em: SqlEntityManager, settings: Settings): Store {
  return {
    em,
    own: em.fork() as SqlEntityManager,
    bound: false,
    dialect: dialectOf(em.getPlatform()),
    tables: {
      threads: table(em, 'Thread'),
      entries: table(em, 'Entry'),
      erasures: table(em, 'Erasure'),
      snapshots: table(em, 'Snapshot'),
    },
    settings,
    life: {
      closed: false,
      migrated: false,
      runner: undefined,
      opening: undefined,
      identity: undefined,
      queue: undefined,
      running: new Set(),
    },
  };
}

/** Where one call's statements go: the host's transaction, if the call is made inside one, or a connection of its own. */
export interface Scope {
  /** True when the statements are part of the host's transaction. */
  readonly joined: boolean;
  /** Statements that read, or that are one whole write. */
  once<T>(body: (session: Session) => Promise<T>): Promise<T>;
  /** Statements that stand or fall together. */
  together<T>(body: (session: Session) => Promise<T>): Promise<T>;
}

export interface CallNeeds {
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  readonly unknown?: ((cause: unknown) => unknown) | undefined;
}

/** Runs calls of the public API in the transaction that was current when the caller was made. */
export type Caller = <T>(needs: CallNeeds, body: (scope: Scope, call: Call) => Promise<T>) => Promise<T>;

/** Made first thing in each verb, before anything is awaited; a reader makes all its calls with one. */
export function caller(store: Store): Caller {
  const transaction = transactionOf(store.em);
  return (needs, body) => track(store, () => runIn(store, transaction, needs, body));
}

/** For work of ours behind the caller's back: on a connection of our own, and also while the journal is being closed. */
export function background(store: Store): Caller {
  const { timeoutMs } = store.settings;
  return ({ operation, signal }, body) =>
    runCall({ operation, timeoutMs, signal }, running => body(scopeOf(store, undefined, running), running));
}

async function runIn<T>(
  store: Store,
  transaction: SqlEntityManager | undefined,
  { operation, signal, unknown }: CallNeeds,
  body: (scope: Scope, call: Call) => Promise<T>,
): Promise<T> {
  if (store.life.closed) throw new JournalClosedError();
  // Outside the transaction it was meant for, a write would stay when the host rolls back.
  if (store.bound && transaction === undefined) {
    throw new InvalidArgumentError({
      argument: 'em',
      reason: 'within(em) needs an EntityManager inside a transaction',
    });
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError({ argument: 'signal', reason: 'must be an AbortSignal' });
  }
  const { timeoutMs } = store.settings;
  return runCall(
    { operation, timeoutMs, signal },
    async running => {
      const scope = scopeOf(store, transaction, running);
      if (store.life.runner === undefined) await firstUse(store, scope);
      return body(scope, running);
    },
    unknown,
  );
}

function scopeOf(store: Store, transaction: SqlEntityManager | undefined, running: Call): Scope {
  if (transaction !== undefined) {
    const inside = <T>(body: (session: Session) => Promise<T>): Promise<T> => {
      running.check();
      return body(inTransaction(transaction, store.life.runner ?? throughKysely));
    };
    return { joined: true, once: inside, together: inside };
  }
  return {
    joined: false,
    once: body =>
      outside(store, undefined, session => {
        running.check();
        return body(session);
      }),
    together: body => outside(store, running, body),
  };
}

/** Statements outside any transaction of the host: together for an attempt, or on a connection of their own. */
export function outside<T>(
  { dialect, own, life }: Store,
  attempt: Attempt | undefined,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const runner = life.runner ?? throughKysely;
  return attempt === undefined ? onConnection(own, runner, body) : dialect.transaction(own, runner, attempt, body);
}

async function track<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const running = work();
  store.life.running.add(running);
  try {
    return await running;
  } finally {
    store.life.running.delete(running);
  }
}

/**
 * Asked once: tables without their triggers would let history be rewritten, so they do not count as migrated. Calls
 * made meanwhile wait for the same answer, and so keep their order; those inside a transaction ask on its connection,
 * which the others may be waiting for.
 */
async function firstUse(store: Store, scope: Scope): Promise<void> {
  const { life, settings, dialect, own } = store;
  if (scope.joined) return scope.once(session => checkMigrated(store, session));
  life.opening ??= (async () => {
    const client = settings.preparedStatements ? await nativeClient(own) : undefined;
    await outside(store, undefined, session => checkMigrated(store, session));
    life.runner = dialect.runner(client);
  })().finally(() => {
    life.opening = undefined;
  });
  return life.opening;
}

async function checkMigrated({ dialect, tables, life }: Store, session: Session): Promise<void> {
  if (life.migrated) return;
  const sql = dialect.statement(dialect.triggersOf);
  for (const table of [tables.entries, tables.threads, tables.erasures]) {
    const triggers = await session.run<{ name: string }>(sql, [table]);
    if (triggers.length === 0) throw new StorageNotMigratedError({ missing: `guarded table ${table}` });
  }
  life.migrated = true;
}

function table(em: SqlEntityManager, name: string): string {
  const meta = em.getMetadata().getByClassName(`Journal${name}`, false);
  if (meta === undefined) throw new EntitiesNotRegisteredError();
  const schema = meta.schema ?? em.config.get('schema');
  const quoted = (part: string): string => `"${part.replaceAll('"', '""')}"`;
  return schema === undefined ? quoted(meta.tableName) : `${quoted(schema)}.${quoted(meta.tableName)}`;
}

/** No new calls; those under way end by themselves, within their own time. */
export async function closeStore({ life }: Store): Promise<void> {
  life.closed = true;
  await Promise.allSettled(life.running);
}
