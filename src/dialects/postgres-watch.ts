import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { backoffMs } from './pause.ts';
import { nativeClient } from './session.ts';
import type { Watching, WatchNeeds } from './watch.ts';

/** What we use of the driver's Client, and of the pool that knows how to make one. */
interface Client {
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'end', listener: () => void): void;
  on(event: 'notification', listener: (message: { readonly payload?: string }) => void): void;
  connect(): Promise<unknown>;
  query(sql: string, parameters?: readonly unknown[]): Promise<unknown>;
  end(): Promise<void>;
  readonly connection?: { readonly stream?: { destroy(): void } };
}

interface Pool {
  readonly Client: new (options: object) => Client;
  readonly options: { readonly password?: unknown };
}

const LONGEST_PAUSE = 30_000;

/**
 * One connection that listens, beside the host's pool: LISTEN holds its connection for good. Whatever is wrong with it,
 * it is thrown away and another one made, later each time.
 */
export function watchPostgres(needs: WatchNeeds): Watching {
  const stop = new AbortController();
  const work = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; failures += 1) {
      const hears = (): void => {
        failures = 0;
        needs.healthy(true);
      };
      await listen(needs, stop.signal, hears).catch(() => {});
      if (stop.signal.aborted) return;
      needs.healthy(false);
      await wait(backoffMs(failures, LONGEST_PAUSE), undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  void work();
  return { stop: () => stop.abort() };
}

/** Ends when it is told to; rejects when the connection is no good any more. */
async function listen(needs: WatchNeeds, signal: AbortSignal, hears: () => void): Promise<void> {
  const pool = await nativeClient(needs.em, { connect: true });
  if (!isPool(pool)) throw new Error('the driver is not one that can listen');
  if (signal.aborted) return;
  const client = new pool.Client({
    ...pool.options,
    // Not enumerable in the pool's options, lest it be logged.
    password: pool.options.password,
    ...(needs.url === undefined ? {} : { connectionString: needs.url }),
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    application_name: 'thread-journal listen',
  });
  try {
    await until(client, needs, signal, hears);
  } finally {
    void client.end().catch(() => {});
    // A peer that is gone without a word would be waited for.
    client.connection?.stream?.destroy();
  }
}

/**
 * A heartbeat is a notification to ourselves, which has to come back: a connection may be open and dead, or lead to a
 * pooler that takes LISTEN and never delivers.
 */
function until(
  client: Client,
  { channel, heartbeatMs, heard }: WatchNeeds,
  signal: AbortSignal,
  hears: () => void,
): Promise<void> {
  let deadline: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  return new Promise<void>((resolve, reject) => {
    const canary = `!${randomUUID()}`;
    let first = true;
    const beat = (): void => {
      deadline = setTimeout(() => reject(new Error('the heartbeat did not come back')), heartbeatMs / 2);
      client.query('select pg_notify($1, $2)', [channel, canary]).catch(reject);
    };
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection has ended')));
    client.on('notification', ({ payload = '' }) => {
      // Of other connections that listen: theirs to hear.
      if (payload.startsWith('!') && payload !== canary) return;
      if (payload !== canary) return heard(payload);
      clearTimeout(deadline);
      next = setTimeout(beat, heartbeatMs);
      hears();
      // What was committed before this connection listened was not told to it.
      if (first) heard(undefined);
      first = false;
    });
    signal.addEventListener('abort', () => resolve(), { once: true });
    const begin = async (): Promise<void> => {
      await client.connect();
      await client.query(`listen "${channel}"`);
      beat();
    };
    begin().catch(reject);
  }).finally(() => {
    clearTimeout(deadline);
    clearTimeout(next);
  });
}

function isPool(client: unknown): client is Pool {
  return typeof client === 'object' && client !== null && 'Client' in client && 'options' in client;
}
