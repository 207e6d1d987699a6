import { type CheckpointKey, decodedValue, readRow, type StoredKey } from '../checkpoints/index.ts';
import { InvalidArgumentError, JournalError } from '../errors.ts';
import { caller, type Scope } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import type { Agent, AgentCheckpoint, AgentType, ThawOptions, ThawPolicy } from './agent.ts';
import { agentKey } from './key.ts';
import type { Known } from './memory.ts';
import { type Rehydrated, rehydrate } from './rehydrate.ts';
import { checkStored } from './stored.ts';
import type { AgentStores } from './stores.ts';
import { checkType, wake } from './wake.ts';

const POLICIES: readonly unknown[] = ['latest', 'exact', 'strict'] satisfies readonly ThawPolicy[];

/** Wakes a sleeping agent. Everything that is stored is checked before the agent's own code runs. */
export async function thaw<A extends Agent>(
  stores: AgentStores,
  type: AgentType<A>,
  key: CheckpointKey,
  options: ThawOptions = {},
): Promise<A | undefined> {
  const run = caller(stores.journal);
  const { policy = 'latest', partition, signal } = optionsOf(options);
  checkType(type);
  if (!POLICIES.includes(policy)) {
    throw new InvalidArgumentError({ argument: 'policy', reason: "must be 'latest', 'exact' or 'strict'" });
  }
  const under = agentKey(type.type, key, partition);
  const sleeping = await run({ operation: 'thaw', signal }, scope =>
    find(stores, scope, { type: type.type, under, policy }),
  );
  if (sleeping === undefined) return undefined;
  const agent = await wake(type, sleeping.checkpoint, sleeping.found);
  stores.memory.confirm(agent, under.hash, sleeping.known);
  return agent;
}

interface Wanted {
  readonly type: string;
  readonly under: StoredKey;
  readonly policy: ThawPolicy;
}

interface Sleeping {
  readonly known: Known;
  readonly checkpoint: AgentCheckpoint;
  readonly found: Rehydrated | undefined;
}

/**
 * The checkpoint first, then the thread: what is appended between the two is behind the pointer. Only when they do not
 * fit, and the checkpoint was put again meanwhile, is it all read anew.
 */
async function find(stores: AgentStores, scope: Scope, { type, under, policy }: Wanted): Promise<Sleeping | undefined> {
  const read = () => scope.once(session => readRow(stores.checkpoints, session, under));
  for (;;) {
    const row = await read();
    if (row === undefined) return undefined;
    const known = { version: Number(row.version), digest: row.digest, turn: 0 };
    const checkpoint = checkStored(decodedValue(under, row), type);
    const { thread: pointer } = checkpoint;
    try {
      return { known, checkpoint, found: pointer && (await rehydrate(stores.journal, scope, pointer, policy)) };
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const now = await read();
      if (now?.digest === row.digest && now.version === row.version) throw error;
    }
  }
}
