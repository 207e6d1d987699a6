import { CheckpointConflictError } from '../agent-errors.ts';
import {
  type CheckpointHeadRow,
  checkpointDigest,
  checkpointText,
  decodedValue,
  lockRow,
  readRow,
  type StoredKey,
  tryPutRow,
} from '../checkpoints/index.ts';
import { announceFrom, caller, type Thread } from '../journal/index.ts';
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
  const sleeper = { agent, thread, under, generation, text, turn: stores.memory.turn() };
  const { known, hibernated, joined } = await run({ operation: 'hibernate', signal }, async scope => {
    const joined = scope.transaction !== undefined;
    const done = await scope.together(session =>
      hibernateIn(stores, { store: stores.journal, session, joined }, sleeper),
    );
    if (thread && done.hibernated.appended > 0) announceFrom(stores.journal, scope, thread.id);
    return { ...done, joined };
  });
  // Inside the host's transaction it is stored only when that commits.
  if (!joined) stores.memory.confirm(agent, under.hash, known);
  return hibernated;
}

interface Sleeper {
  readonly agent: Agent;
  readonly thread: Thread | undefined;
  readonly under: StoredKey;
  /** The thread's, or the one it gets if it is made now. */
  readonly generation: string;
  readonly text: string;
  readonly turn: number;
}

async function hibernateIn(
  stores: AgentStores,
  place: Place,
  sleeper: Sleeper,
): Promise<{ known: Known; hibernated: Hibernated }> {
  const { agent, thread, under, turn } = sleeper;
  let appended = 0;
  // Once, as a rule: only what is not there yet cannot be locked, and others may make it meanwhile.
  for (;;) {
    let head = thread && (await lockHead(place, thread.id));
    const before = stores.memory.of(agent, under.hash);
    const row = await lockRow(stores.checkpoints, place.session, under);
    // A thread that was not there may have been made together with this row.
    if (thread && row && head?.generation === undefined) head = await lockHead(place, thread.id);
    // What is stored is of before this statement or of after, and so is what other calls made known.
    const known = [...(before ?? []), ...(stores.memory.of(agent, under.hash) ?? [])];
    const stored = knownOf(known, row);
    if (stored.turn > turn) return { known: stored, hibernated: { version: stored.version, appended: 0 } };
    const expected = thread && (thread.generation ?? (row && (await knownGeneration(stores, place, under, thread.id))));
    const entries = thread && head ? await missing(place, thread, head, expected) : [];
    const text = textWith(stores, sleeper, head?.generation);
    const next = { version: stored.version + 1, digest: checkpointDigest(under, text), turn };
    if (before !== undefined) checkBase(known, stored, next.digest);
    if (thread && head && !(await write(place, thread, head, entries, sleeper.generation))) continue;
    appended += entries.length;
    if (stored.digest === next.digest) {
      return { known: { ...stored, turn }, hibernated: { version: stored.version, appended } };
    }
    stores.memory.attempt(agent, under.hash, stored, next);
    const version = await tryPutRow(stores.checkpoints, place.session, under, text, stored.version);
    if (version !== undefined) return { known: next, hibernated: { version, appended } };
  }
}

/** What is stored now, as this agent knows it. */
function knownOf(known: readonly Known[], row: CheckpointHeadRow | undefined): Known {
  if (row === undefined) return ABSENT;
  const turn = known.find(({ digest }) => digest === row.digest)?.turn ?? 0;
  return { version: Number(row.version), digest: row.digest, turn };
}

/** An agent overwrites what it comes from, what it tried to store, and what is the same. */
function checkBase(known: readonly Known[], stored: Known, digest: string): void {
  if (stored.digest === digest || known.some(one => one.digest === stored.digest)) return;
  throw new CheckpointConflictError({ expectedVersion: known.at(-1)?.version ?? 0, actualVersion: stored.version });
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
