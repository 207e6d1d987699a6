import { CheckpointCallbackError } from '../agent-errors.ts';
import { InvalidArgumentError } from '../errors.ts';
import { checkId } from '../values/index.ts';
import type { Agent, AgentCheckpoint, AgentType } from './agent.ts';
import { callback, refusePromise } from './callback.ts';
import type { Rehydrated } from './rehydrate.ts';

/** Makes an agent again from what was kept of it. */
export async function wake<A extends Agent>(
  type: AgentType<A>,
  checkpoint: AgentCheckpoint,
  found: Rehydrated | undefined,
): Promise<A> {
  const agent = create(type, checkpoint.id);
  await restore(agent, checkpoint);
  if (found !== undefined) agent.thread = found.thread;
  else if (agent.thread !== undefined) agent.thread = undefined;
  if (agent.evolve !== undefined) for (const entry of found?.missed ?? []) evolve(agent, entry);
  return agent;
}

/** A new agent. */
export function create<A extends Agent>(type: AgentType<A>, agentId: string): A {
  const agent = callback({ callback: 'create', agentType: type.type, agentId }, () => type.create(agentId));
  if (typeof agent === 'object' && agent !== null && agent.id === agentId && agent.type === type.type) return agent;
  throw new InvalidArgumentError({
    argument: 'AgentType.create',
    reason: 'must make an agent that has the id it is given, and the type',
  });
}

export function checkType<A extends Agent>(type: AgentType<A>): void {
  // A class is a function.
  const holder = (typeof type === 'object' && type !== null) || typeof type === 'function';
  if (!holder || typeof type.create !== 'function') {
    throw new InvalidArgumentError({ argument: 'AgentType', reason: 'must have a type and a function create(id)' });
  }
  checkId(type.type, 'AgentType.type');
}

async function restore(agent: Agent, checkpoint: AgentCheckpoint): Promise<void> {
  if (agent.restore === undefined) {
    agent.state = { ...agent.state, ...checkpoint.state };
    return;
  }
  const whose = { callback: 'restore', agentType: agent.type, agentId: agent.id } as const;
  let result: unknown;
  try {
    result = await agent.restore(checkpoint);
  } catch (cause) {
    throw new CheckpointCallbackError({ ...whose, cause });
  }
  if (result === undefined) return;
  throw new CheckpointCallbackError({ ...whose, reason: 'returned something: it must set the state of its own agent' });
}

function evolve(agent: Agent, entry: Parameters<NonNullable<Agent['evolve']>>[1]): void {
  const whose = { callback: 'evolve', agentType: agent.type, agentId: agent.id } as const;
  const state: unknown = callback(whose, () => agent.evolve?.(agent.state, entry));
  refusePromise(whose, state);
  if (typeof state !== 'object' || state === null) {
    throw new CheckpointCallbackError({ ...whose, reason: 'returned no state' });
  }
  agent.state = state;
}
