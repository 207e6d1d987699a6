import type { Contestant } from '../contest.ts';
import { loadPeer } from './load-peer.ts';

interface Emmett {
  getPostgreSQLEventStore(url: string): {
    readonly schema: { migrate(): Promise<unknown> };
    appendToStream(name: string, events: readonly { readonly type: string; readonly data: object }[]): Promise<unknown>;
    readStream(name: string): Promise<{ readonly events: readonly unknown[] }>;
    close(): Promise<void>;
  };
}

/** A stream a conversation, an event a message. */
export const emmett: Contestant = {
  name: 'emmett-postgresql 0.42.0',
  database: 'PostgreSQL',
  open: async ({ url }) => {
    const { getPostgreSQLEventStore } = await loadPeer<Emmett>('@event-driven-io/emmett-postgresql');
    const store = getPostgreSQLEventStore(url);
    await store.schema.migrate();
    return {
      append: (threadId, data) => store.appendToStream(threadId, [{ type: 'message', data }]),
      load: async threadId => (await store.readStream(threadId)).events.length,
      close: () => store.close(),
    };
  },
};
