import { TransactionContext } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Now, perform, performNow, type Steps } from './steps.ts';

/** One database connection, or the host's transaction: where statements go. Parameters are always bound. */
export interface Session {
  run<Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>;
  /** Planned for these very parameters, where `run` may use a plan that was made for any. */
  runPlannedAnew<Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>;
  /** Statement by statement; where the driver answers at once, with nothing of this process in between. */
  perform<T>(steps: Steps<T>): Promise<T>;
}

/** A Kysely instance, bound to a connection or a transaction or to neither. */
export type Executor = Pick<ReturnType<SqlEntityManager['getKysely']>, 'executeQuery'>;

/** How a statement gets to the database. */
export interface Runner {
  (executor: Executor, sql: string | PreparedSql, parameters: readonly unknown[]): Promise<readonly unknown[]>;
  /** The same without a promise, where the driver can. */
  readonly now?: Now | undefined;
}

/** A statement that the driver prepares once a connection, under this name. */
export interface PreparedSql {
  readonly name: string;
  readonly text: string;
}

/**
 * The way that every driver has: MikroORM's Kysely. `em.execute` would write the values into the SQL text, and the
 * parameters would be a matter of escaping.
 */
export const throughKysely: Runner = async (executor, sql, parameters) => {
  const query = { kind: 'RawNode', sqlFragments: [], parameters: [] };
  const compiled = { sql, parameters, query, queryId: { queryId: 'thread-journal' } };
  return (await executor.executeQuery(compiled as never)).rows;
};

export function sessionOn(executor: Executor, runner: Runner): Session {
  const through =
    (way: Runner) =>
    <Row>(sql: string, parameters: readonly unknown[]) =>
      way(executor, sql, parameters) as Promise<readonly Row[]>;
  const { now } = runner;
  return {
    run: through(runner),
    runPlannedAnew: through(throughKysely),
    perform:
      now === undefined
        ? steps => perform(steps, (sql, parameters) => runner(executor, sql, parameters))
        : async steps => performNow(steps, now),
  };
}

/** Runs `body` on one connection of its own, outside any transaction; the connection always goes back. */
export function onConnection<T>(
  em: SqlEntityManager,
  runner: Runner,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  return em
    .getKysely()
    .connection()
    .execute(connection => body(sessionOn(connection, runner)));
}

/** Statements inside the host's transaction. Past its end they go the ordinary way, which refuses them. */
export function inTransaction(transaction: SqlEntityManager, runner: Runner): Session {
  const current = (): Runner => (transaction.isInTransaction() ? runner : throughKysely);
  const executor = transaction.getKysely();
  const session = sessionOn(executor, (given, sql, parameters) => current()(given, sql, parameters));
  return { ...session, perform: steps => sessionOn(executor, current()).perform(steps) };
}

/**
 * The EntityManager whose transaction a call made now belongs to, or undefined when it is in none. Inside
 * `em.transactional()` that is the one in the async context, whichever fork the journal was opened on. Ask at call
 * time, synchronously.
 *
 * The driver is compared each time: MikroORM finds an ambient transaction by its context's name, and two ORMs in one
 * process both go by `default`.
 */
export function transactionOf(em: SqlEntityManager): SqlEntityManager | undefined {
  const ambient = TransactionContext.getEntityManager(em.name) as SqlEntityManager | undefined;
  return [em.getContext(false), ambient].find(
    candidate => candidate?.getDriver() === em.getDriver() && candidate.isInTransaction(),
  );
}

/**
 * The driver's own handle, or undefined when the host brought a driver of its own. `connect`: connects first if need
 * be, which on SQLite takes the one connection; without it, undefined while that is still to come.
 */
export async function nativeClient(em: SqlEntityManager, { connect }: { readonly connect: boolean }): Promise<unknown> {
  const connection = em.getConnection('write') as unknown as {
    getNativeClient?(): Promise<unknown>;
    readonly connected?: boolean;
  };
  if (!connect && connection.connected !== true) return undefined;
  try {
    return await connection.getNativeClient?.();
  } catch {
    return undefined;
  }
}
