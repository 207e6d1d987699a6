import type { SqlEntityManager } from '@mikro-orm/sql';
import { nativeClient, onConnection, throughKysely } from './session.ts';

const NOTIFY = 'select pg_notify($1, $2)';

interface Pool {
  query(sql: string, parameters: readonly unknown[]): Promise<unknown>;
}

/**
 * On the driver's own pool: Kysely loses a connection that is being opened while the host closes its ORM, which then
 * waits for it for ever; and a host closes when the last append is done, which is when this is sent.
 */
export async function notifyPostgres(em: SqlEntityManager, channel: string, payload: string): Promise<void> {
  const pool = await nativeClient(em, { connect: true });
  if (isPool(pool)) await pool.query(NOTIFY, [channel, payload]);
  else await onConnection(em, throughKysely, session => session.run(NOTIFY, [channel, payload]));
}

function isPool(client: unknown): client is Pool {
  return typeof client === 'object' && client !== null && 'query' in client;
}
