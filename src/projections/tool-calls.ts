import type { Entry } from '../journal/index.ts';
import { answerIn, callsIn } from './chat.ts';
import { type Items, listOf, noItems, withLast, withMore } from './items.ts';
import { defineProjection, type Projection } from './projection.ts';

/** What became of one call of a tool. */
export interface ToolCall {
  readonly callId: string;
  readonly name: string | undefined;
  /** The entry that made the call, and its place. */
  readonly entryId: string;
  readonly seq: number;
  readonly status: 'open' | 'answered' | 'failed';
  /** `at` of the call, epoch milliseconds. */
  readonly startedAt: number;
  /** `at` of the latest result. */
  readonly endedAt?: number;
  /** Between the two; what the clocks of two processes say may be less than 0. */
  readonly durationMs?: number;
  /** The entry of the latest result. */
  readonly resultId?: string;
}

/**
 * The calls of tools in the order they were made, open, answered or failed. What a model no longer sees (retracted,
 * compacted, cleared) happened all the same, and stays. The rules: docs/projections.md.
 */
export const toolCalls: Projection<State, readonly ToolCall[]> = defineProjection<State, readonly ToolCall[]>({
  name: 'tool_calls',
  version: 1,
  kinds: ['message', 'tool_call', 'tool_result', 'error'],
  initial: noItems,
  result: listOf,
  evolve: (state, entry) => (answerIn(entry) === undefined ? called(state, entry) : ended(state, entry)),
});

type State = Items<ToolCall>;

function called(state: State, { id: entryId, seq, at, payload }: Entry): State {
  const calls = callsIn(payload);
  if (calls.length === 0) return state;
  return withMore(
    state,
    calls.map(call => ({ ...call, entryId, seq, status: 'open' as const, startedAt: at })),
  );
}

/** Some models use an id again: the latest call that has it is meant. */
function ended(state: State, entry: Entry): State {
  const answer = answerIn(entry);
  return withLast(
    state,
    ({ callId }) => callId === answer?.callId,
    call => ({
      ...call,
      status: answer?.failed === true ? 'failed' : 'answered',
      endedAt: entry.at,
      durationMs: entry.at - call.startedAt,
      resultId: entry.id,
    }),
  );
}
