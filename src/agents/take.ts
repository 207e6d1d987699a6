import { InvalidCheckpointError } from '../agent-errors.ts';
import { InvalidArgumentError } from '../errors.ts';
import { checkThreadValue, type Thread } from '../journal/index.ts';
import { checkId, isPlainObject } from '../values/index.ts';
import type { Agent, AgentCheckpoint, ThreadPointer } from './agent.ts';
import { callback, refusePromise } from './callback.ts';

/** Where source systems kept the thread inside the state. */
const RESERVED = '__thread__';

/** An agent as it is at one moment. */
export interface Taken {
  readonly thread: Thread | undefined;
  /** With the pointer to the thread, if there is one. */
  checkpoint(pointer: ThreadPointer | undefined): AgentCheckpoint;
}

/** Asks an agent for all that is to be kept, without awaiting anything. */
export function take(agent: Agent): Taken {
  if (typeof agent !== 'object' || agent === null) {
    throw new InvalidArgumentError({ argument: 'agent', reason: 'must be an agent' });
  }
  const id = checkId(agent.id, 'agent.id');
  const type = checkId(agent.type, 'agent.type');
  const thread = agent.thread === undefined ? undefined : checkThreadValue(agent.thread);
  const { state, fields } = draftOf(agent, type, id);
  const kept = withoutThread(state, thread);
  return {
    thread,
    checkpoint: pointer => ({
      ...fields,
      version: 1,
      type,
      id,
      state: kept,
      ...(pointer === undefined ? {} : { thread: pointer }),
    }),
  };
}

export function pointerOf({ id, rev, hash }: Thread, generation: string | undefined): ThreadPointer {
  return generation === undefined ? { id, rev, hash } : { id, rev, generation, hash };
}

function draftOf(agent: Agent, agentType: string, agentId: string) {
  const whose = { callback: 'checkpoint', agentType, agentId } as const;
  const draft: unknown =
    agent.checkpoint === undefined ? { state: agent.state } : callback(whose, () => agent.checkpoint?.());
  refusePromise(whose, draft);
  if (!isPlainObject(draft)) {
    throw new InvalidCheckpointError({ agentType, path: 'checkpoint', reason: 'must be a plain object' });
  }
  const { version: _version, type: _type, id: _id, thread: _thread, state, ...fields } = draft;
  if (!isPlainObject(state)) {
    throw new InvalidCheckpointError({ agentType, path: 'checkpoint.state', reason: 'must be a plain object' });
  }
  return { state, fields };
}

/** A checkpoint points to a thread and never holds one. By descriptors: a getter is for the encoder to refuse. */
function withoutThread(state: Record<string, unknown>, thread: Thread | undefined): Record<string, unknown> {
  const properties = Object.getOwnPropertyDescriptors(state);
  const isThread = (name: string): boolean => name === RESERVED || looksLikeThread(properties[name]?.value, thread);
  const names = Object.keys(properties).filter(isThread);
  if (names.length === 0) return state;
  for (const name of names) delete properties[name];
  return Object.create(Object.getPrototypeOf(state), properties);
}

function looksLikeThread(value: unknown, thread: Thread | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value === thread) return true;
  const { id, rev, hash, entries, stats } = value as Partial<Thread>;
  return (
    typeof id === 'string' &&
    typeof rev === 'number' &&
    typeof hash === 'string' &&
    Array.isArray(entries) &&
    typeof stats?.entryCount === 'number'
  );
}
