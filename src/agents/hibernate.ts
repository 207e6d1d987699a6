import { CheckpointConflictError } from '../agent-errors.ts';
import {
  type CheckpointHeadRow,
  checkpointDigest,
  checkpointText,
  decodedValue,
  lockRow,
  putRow,
  readRow,
  type StoredKey,
} from '../checkpoints/index.ts';
import { caller, type Thread } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { decodeValue, isPlainObject } from '../values/index.ts';
import type { Agent, Hibernated, HibernateOptions } from './agent.ts';
import { lockHead, missing, type Place, write } from './flush.ts';
import { agentKey } from './key.ts';
import { ABSENT, type Known } from './memory.ts';
import { isPointer } from './stored.ts';
import type { AgentStores } from './stores.ts';
import { pointerOf, take } from './take.ts';

/**
 * Puts an agent to sleep in one transaction: the entries that the journal lacks, then its checkpoint. What is to be kept
 * is taken before anything is awaited, so that whatever the agent does meanwhile is not half in it.
 */
export async function hibernate(
  stores: AgentStores,
  agent: Agent,
  options: HibernateOptions = {},
): Promise<Hibernated> {
  const run = caller(stores.journal);
  const { key, partition, signal } = optionsOf(options);
  const { thread, checkpoint } = take(agent);
  const under = agentKey(agent.type, key ?? agent.id, partition);
  const generation = thread?.generation ?? stores.journal.settings.newId();
  const pointer = thread && pointerOf(thread, thread.rev === 0 ? thread.generation : generation);
  const text = checkpointText(checkpoint(pointer), 'checkpoint', stores.checkpoints.settings);
  const sleeper = { agent, thread, under, generation, text };
  const { known, hibernated, joined } = await run({ operation: 'hibernate', signal }, scope =>
    scope.together(async session => {
      const place = { store: stores.journal, session, joined: scope.joined };
      return { ...(await hibernateIn(stores, place, sleeper)), joined: scope.joined };
    }),
  );
  // Inside the host's transaction it is stored only when that commits.
  if (!joined) stores.memory.set(agent, under.hash, [known]);
  return hibernated;
}

interface Sleeper {
  readonly agent: Agent;
  readonly thread: Thread | undefined;
  readonly under: StoredKey;
  /** The thread's, or the one it gets if it is made now. */
  readonly generation: string;
  readonly text: string;
}

async function hibernateIn(
  stores: AgentStores,
  place: Place,
  sleeper: Sleeper,
): Promise<{ known: Known; hibernated: Hibernated }> {
  const { agent, thread, under } = sleeper;
  for (;;) {
    const head = thread && (await lockHead(place, thread.id));
    const row = await lockRow(stores.checkpoints, place.session, under);
    const expected = thread && (thread.generation ?? (row && (await knownGeneration(stores, place, under, thread.id))));
    const entries = thread && head ? await missing(place, thread, head, expected) : [];
    const text = textWith(stores, sleeper, head?.generation);
    const digest = checkpointDigest(under, text);
    const before = checkBase(stores.memory.get(agent, under.hash), row, digest);
    if (thread && head && !(await write(place, thread, head, entries, sleeper.generation))) continue;
    if (before.digest === digest) {
      return { known: before, hibernated: { version: before.version, appended: entries.length } };
    }
    const known = { version: before.version + 1, digest };
    stores.memory.set(agent, under.hash, [before, known]);
    const version = await putRow(stores.checkpoints, place.session, under, text, before.version);
    return { known, hibernated: { version, appended: entries.length } };
  }
}

/** The stored checkpoint, if this agent may overwrite it. */
function checkBase(known: readonly Known[] | undefined, row: CheckpointHeadRow | undefined, digest: string): Known {
  const stored = row === undefined ? ABSENT : { version: Number(row.version), digest: row.digest };
  const [base] = known ?? [];
  if (base === undefined || stored.digest === digest || known?.some(one => one.digest === stored.digest)) return stored;
  throw new CheckpointConflictError({ expectedVersion: base.version, actualVersion: stored.version });
}

/**
 * An agent that was never thawed does not know its thread's generation; its last checkpoint does. Without it, a thread
 * that was deleted since would be made again, with all that was in it.
 */
async function knownGeneration(
  { checkpoints }: AgentStores,
  { session }: Place,
  under: StoredKey,
  threadId: string,
): Promise<string | undefined> {
  const row = await readRow(checkpoints, session, under);
  const value = row && decodedValue(under, row);
  const pointer = isPlainObject(value) && isPointer(value['thread']) ? value['thread'] : undefined;
  return pointer?.id === threadId && pointer.rev > 0 ? pointer.generation : undefined;
}

/** The text of the checkpoint with the generation that the thread really has. */
function textWith(stores: AgentStores, { thread, generation, text }: Sleeper, actual: string | undefined): string {
  if (thread === undefined || actual === undefined || actual === (thread.rev === 0 ? thread.generation : generation)) {
    return text;
  }
  const value = { ...(decodeValue(text) as object), thread: pointerOf(thread, actual) };
  return checkpointText(value, 'checkpoint', stores.checkpoints.settings);
}
