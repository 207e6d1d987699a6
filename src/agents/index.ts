export type {
  Agent,
  AgentCheckpoint,
  AgentPlace,
  AgentType,
  Hibernated,
  HibernateOptions,
  ThawOptions,
  ThawPolicy,
  ThreadPointer,
} from './agent.ts';
export { AgentStore, type AgentStoreOptions } from './agent-store.ts';
export type { AgentSession, SessionOptions } from './session.ts';
export type { AgentEvent, Timers } from './sessions.ts';
