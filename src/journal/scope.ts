import type { SqlEntityManager } from '@mikro-orm/sql';
import {
  type Attempt,
  type Call,
  inTransaction,
  nativeClient,
  onConnection,
  pause,
  type Session,
  throughKysely,
} from '../dialects/index.ts';
import { StorageNotMigratedError } from '../errors.ts';
import type { Store } from './store.ts';

/** Where one call's statements go: the host's transaction, if the call is made inside one, or a connection of its own. */
export interface Scope {
  /** The host's transaction that the statements are part of. */
  readonly transaction: SqlEntityManager | undefined;
  /** Statements that read, or that are one whole write. */
  once<T>(body: (session: Session) => Promise<T>): Promise<T>;
  /** Statements that stand or fall together. */
  together<T>(body: (session: Session) => Promise<T>): Promise<T>;
}

export function scopeOf(store: Store, transaction: SqlEntityManager | undefined, running: Call): Scope {
  if (transaction !== undefined) {
    const inside = <T>(body: (session: Session) => Promise<T>): Promise<T> => {
      running.check();
      return body(inTransaction(transaction, store.life.runner ?? throughKysely));
    };
    return { transaction, once: inside, together: inside };
  }
  return {
    transaction: undefined,
    once: body => onceOutside(store, running, body),
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

/** What reads is tried again while others are in the way: a SQLite file is locked for a moment when one closes it. */
async function onceOutside<T>(store: Store, running: Call, body: (session: Session) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await outside(store, undefined, session => {
        running.check();
        return body(session);
      });
    } catch (error) {
      if (store.dialect.classify(error) !== 'retry' || running.left <= 0) throw error;
      await pause(attempt);
    }
  }
}

/**
 * Asked once: tables without their triggers would let history be rewritten, so they do not count as migrated. Calls
 * made meanwhile wait for the same answer, and so keep their order; those inside a transaction ask on its connection,
 * which the others may be waiting for.
 */
export async function firstUse(store: Store, scope: Scope): Promise<void> {
  const { life, settings, dialect, own } = store;
  const open = async (connect: boolean, check: () => Promise<void>): Promise<void> => {
    const client = settings.preparedStatements ? await nativeClient(own, { connect }) : undefined;
    await check();
    if (connect || client !== undefined) life.runner = dialect.runner(client);
  };
  if (scope.transaction !== undefined) return open(false, () => scope.once(session => checkMigrated(store, session)));
  life.opening ??= open(true, () => outside(store, undefined, session => checkMigrated(store, session))).finally(() => {
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
