import { openSqlite, type SqliteDatabase } from '../bare-sqlite.ts';
import type { Contestant, Conversations } from '../contest.ts';
import { fileOf } from '../databases.ts';
import { loadPeer } from './load-peer.ts';

/** What a checkpoint saver of LangGraph does for a graph: it stores the state after each step. */
interface Saver {
  put(config: Config, checkpoint: object, metadata: object, newVersions: object): Promise<Config>;
  getTuple(
    config: Config,
  ): Promise<
    { readonly checkpoint: { readonly channel_values: { readonly messages?: readonly unknown[] } } } | undefined
  >;
}

interface Config {
  readonly configurable: {
    readonly thread_id: string;
    readonly checkpoint_ns: string;
    readonly checkpoint_id?: string;
  };
}

interface Base {
  uuid6(clockSequence: number): string;
}

interface Postgres {
  readonly PostgresSaver: {
    fromConnString(url: string): Saver & { setup(): Promise<void>; end(): Promise<void> };
  };
}

interface Sqlite {
  readonly SqliteSaver: new (database: SqliteDatabase) => Saver;
}

/** One step a message: the list of messages is a channel of the state, and its new version is stored with the step. */
async function conversations(saver: Saver, close: () => Promise<void>): Promise<Conversations> {
  const { uuid6 } = await loadPeer<Base>('@langchain/langgraph-checkpoint');
  const held = new Map<string, { readonly messages: object[]; config: Config }>();
  return {
    append: async (threadId, message) => {
      const config: Config = { configurable: { thread_id: threadId, checkpoint_ns: '' } };
      const state = held.get(threadId) ?? { messages: [], config };
      held.set(threadId, state);
      state.messages.push(message);
      const step = state.messages.length;
      const versions = { messages: step };
      const checkpoint = {
        v: 4,
        id: uuid6(step),
        ts: new Date().toISOString(),
        channel_values: { messages: state.messages },
        channel_versions: versions,
        versions_seen: {},
      };
      state.config = await saver.put(state.config, checkpoint, { source: 'loop', step, parents: {} }, versions);
    },
    load: async threadId => {
      const tuple = await saver.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } });
      return tuple?.checkpoint.channel_values.messages?.length ?? 0;
    },
    close,
  };
}

export const langgraphPostgres: Contestant = {
  name: 'LangGraph PostgresSaver 1.0.5',
  database: 'PostgreSQL',
  open: async ({ url }) => {
    const { PostgresSaver } = await loadPeer<Postgres>('@langchain/langgraph-checkpoint-postgres');
    const saver = PostgresSaver.fromConnString(url);
    await saver.setup();
    return conversations(saver, () => saver.end());
  },
};

export const langgraphSqlite: Contestant = {
  name: 'LangGraph SqliteSaver 1.0.4',
  database: 'SQLite',
  open: async database => {
    const { SqliteSaver } = await loadPeer<Sqlite>('@langchain/langgraph-checkpoint-sqlite');
    const file = openSqlite(fileOf(database), 'full');
    return conversations(new SqliteSaver(file), async () => file.close());
  },
};
