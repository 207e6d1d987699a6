import type { SqlEntityManager } from '@mikro-orm/sql';
import {
  type Call,
  type Dialect,
  dialectOf,
  onConnection,
  runCall,
  type Session,
  sessionOn,
  type Tables,
  transactionOf,
} from '../dialects/index.ts';
import {
  EntitiesNotRegisteredError,
  InvalidArgumentError,
  JournalClosedError,
  StorageNotMigratedError,
} from '../errors.ts';
import type { Settings } from '../options.ts';

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
  readonly life: { closed: boolean; migrated: boolean; readonly running: Set<Promise<unknown>> };
}

/** A store on the host's ORM. @throws EntitiesNotRegisteredError */
export function openStore(em: SqlEntityManager, settings: Settings): Store {
  return {
    em,
    own: em.fork() as SqlEntityManager,
    bound: false,
    dialect: dialectOf(em.getPlatform()),
    tables: { threads: table(em, 'Thread'), entries: table(em, 'Entry'), erasures: table(em, 'Erasure') },
    settings,
    life: { closed: false, migrated: false, running: new Set() },
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
      if (!store.life.migrated) await checkMigrated(store, scope);
      return body(scope, running);
    },
    unknown,
  );
}

function scopeOf(store: Store, transaction: SqlEntityManager | undefined, running: Call): Scope {
  if (transaction !== undefined) {
    const session = sessionOn(transaction.getKysely());
    const inside = <T>(body: (session: Session) => Promise<T>): Promise<T> => {
      running.check();
      return body(session);
    };
    return { joined: true, once: inside, together: inside };
  }
  return {
    joined: false,
    once: body =>
      onConnection(store.own, session => {
        running.check();
        return body(session);
      }),
    together: body => store.dialect.transaction(store.own, running, body),
  };
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

/** Asked once: tables without their triggers would let history be rewritten, so they do not count as migrated. */
async function checkMigrated(store: Store, scope: Scope): Promise<void> {
  const { dialect, tables, life } = store;
  const sql = dialect.statement(dialect.triggersOf);
  await scope.once(async session => {
    for (const table of [tables.entries, tables.threads, tables.erasures]) {
      const triggers = await session.run<{ name: string }>(sql, [table]);
      if (triggers.length === 0) throw new StorageNotMigratedError({ missing: `guarded table ${table}` });
    }
  });
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
