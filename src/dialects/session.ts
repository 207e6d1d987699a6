import { TransactionContext } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';

/** One database connection, or the host's transaction: where statements go. Parameters are always bound. */
export interface Session {
  run<Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>;
}

type Executor = Pick<ReturnType<SqlEntityManager['getKysely']>, 'executeQuery'>;

/**
 * Statements go through MikroORM's Kysely: `em.execute` would write the values into the SQL text, and the parameters
 * would be a matter of escaping.
 */
export function sessionOn(executor: Executor): Session {
  return {
    run: async <Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]> => {
      const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] };
      const compiled = { sql, parameters, query, queryId: { queryId: 'thread-journal' } };
      const result = await executor.executeQuery(compiled as never);
      return result.rows as readonly Row[];
    },
  };
}

/** Runs `body` on one connection of its own, outside any transaction; the connection always goes back. */
export function onConnection<T>(em: SqlEntityManager, body: (session: Session) => Promise<T>): Promise<T> {
  return em
    .getKysely()
    .connection()
    .execute(connection => body(sessionOn(connection)));
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
