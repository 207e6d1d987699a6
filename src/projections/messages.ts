import type { Entry, Fields } from '../journal/index.ts';
import { answerIn, callsIn, fieldsOf } from './chat.ts';
import { type Items, itemsOf, listOf, noItems, withLast, withMore } from './items.ts';
import { defineProjection, type Projection } from './projection.ts';

/** A message as a model should see it, whatever was appended since to change it. */
export interface ResolvedMessage {
  /** The entry that it came from: what `amendMessage` and `retractMessages` take. */
  readonly entryId: string;
  /** Its place in the thread; a summary has the place where what it replaces began. */
  readonly seq: number;
  /** For the model: the payload, with what amendments made of it. */
  readonly message: Fields;
  /** Facts about the message, late ones included. */
  readonly refs: Fields;
  /** Of a tool's result: the entry that made the call. */
  readonly answers?: string;
  /** True for a result that nobody recorded. */
  readonly synthetic?: true;
}

type State = Items<ResolvedMessage>;

const INTERRUPTED = 'Interrupted: no result of this call was recorded.';

/**
 * What a model should see: the messages of a thread in order of seq, with amendments, retractions, summaries and a clear
 * applied. At every rev it is a history that providers accept: each tool call is followed by one result, a synthetic one
 * while there is none, and no result stands without its call. The rules: docs/projections.md.
 */
export const messages: Projection<State, readonly ResolvedMessage[]> = defineProjection<
  State,
  readonly ResolvedMessage[]
>({
  name: 'messages',
  version: 1,
  kinds: ['message', 'tool_call', 'tool_result', 'error', 'amendment', 'retraction', 'compaction', 'clear'],
  initial: noItems,
  result: listOf,
  evolve: (state, entry) => {
    switch (entry.kind) {
      case 'amendment':
        return amended(state, entry);
      case 'retraction':
        return retracted(state, entry);
      case 'compaction':
        return compacted(state, entry);
      case 'clear':
        return noItems();
      default:
        return answerIn(entry) === undefined ? said(state, entry) : answered(state, entry);
    }
  },
});

/** A message of its own: anything with a role. */
function said(state: State, entry: Entry): State {
  const { id: entryId, seq, kind, payload: message, refs } = entry;
  // A result that names no call fits nowhere.
  if (kind === 'error' || typeof message['role'] !== 'string' || message['role'] === 'tool') return state;
  const item = { entryId, seq, message, refs };
  return withMore(state, [item, ...callsIn(message).map(({ callId }) => interrupted(item, callId))]);
}

/** Takes the place right behind its call, whatever came between: providers want it there. The latest result stands. */
function answered(state: State, entry: Entry): State {
  const callId = answerIn(entry)?.callId;
  const { id: entryId, seq, payload, refs } = entry;
  return withLast(
    state,
    ({ answers, message }) => answers !== undefined && message['tool_call_id'] === callId,
    ({ answers = '' }) => ({ entryId, seq, message: resultOf(entry, payload), refs, answers }),
  );
}

function resultOf({ kind, refs }: Entry, payload: Fields): Fields {
  if (kind !== 'error') return payload;
  const text = payload['message'];
  return {
    role: 'tool',
    tool_call_id: refs['toolCallId'],
    content: typeof text === 'string' ? text : 'The call failed.',
  };
}

function interrupted({ entryId, seq }: ResolvedMessage, callId: string): ResolvedMessage {
  const message = { role: 'tool', tool_call_id: callId, content: INTERRUPTED };
  return { entryId, seq, message, refs: {}, answers: entryId, synthetic: true };
}

function amended(state: State, { payload, refs }: Entry): State {
  const { entryId, ...facts } = refs;
  const changed = withLast(
    state,
    item => item.entryId === entryId && item.synthetic !== true,
    item => ({ ...item, message: { ...item.message, ...payload }, refs: { ...item.refs, ...facts } }),
  );
  // Late facts, the common case, change no call and no answer: what stood in pairs still does.
  return 'tool_calls' in payload || 'tool_call_id' in payload ? settled(listOf(changed)) : changed;
}

function retracted(state: State, { refs }: Entry): State {
  const ids = refs['entryIds'];
  if (!Array.isArray(ids)) return state;
  const gone = new Set<unknown>(ids);
  return settled(listOf(state).filter(({ entryId, synthetic }) => synthetic === true || !gone.has(entryId)));
}

/** The summary stands where the messages stood. A call and its result go, or stay, together. */
function compacted(state: State, entry: Entry): State {
  const { fromSeq = 0, toSeq, message } = entry.payload;
  if (typeof fromSeq !== 'number' || typeof toSeq !== 'number') return state;
  const isIn = ({ seq, answers }: ResolvedMessage): boolean => answers === undefined && seq >= fromSeq && seq < toSeq;
  const summary = { entryId: entry.id, seq: fromSeq, message: fieldsOf(message), refs: entry.refs };
  const list = listOf(state);
  const before = list.findIndex(({ seq, answers }) => answers === undefined && seq >= fromSeq);
  const at = before === -1 ? list.length : before;
  const rest = list.slice(at).filter(item => !isIn(item));
  return settled([...list.slice(0, at), summary, ...rest]);
}

/** Every call with one result behind it, and no result without its call. */
function settled(list: readonly ResolvedMessage[]): State {
  const results = new Map<string, ResolvedMessage>();
  const keyOf = (entryId: string, callId: unknown): string => JSON.stringify([entryId, callId]);
  for (const item of list) {
    if (item.answers !== undefined) results.set(keyOf(item.answers, item.message['tool_call_id']), item);
  }
  const alone = list.filter(({ answers }) => answers === undefined);
  return itemsOf(
    alone.flatMap(item => {
      const calls = callsIn(item.message);
      return [
        item,
        ...calls.map(({ callId }) => results.get(keyOf(item.entryId, callId)) ?? interrupted(item, callId)),
      ];
    }),
  );
}
