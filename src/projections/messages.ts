import type { Entry, Fields } from '../journal/index.ts';
import { answerIn, callsIn, fieldsOf } from './chat.ts';
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

const INTERRUPTED = 'Interrupted: no result of this call was recorded.';

/**
 * What a model should see: the messages of a thread in order of seq, with amendments, retractions, summaries and a clear
 * applied. At every rev it is a history that providers accept: each tool call is followed by one result, a synthetic one
 * while there is none, and no result stands without its call. The rules: docs/projections.md.
 */
export const messages: Projection<readonly ResolvedMessage[]> = defineProjection<readonly ResolvedMessage[]>({
  name: 'messages',
  version: 1,
  kinds: ['message', 'tool_call', 'tool_result', 'error', 'amendment', 'retraction', 'compaction', 'clear'],
  initial: () => [],
  evolve: (state, entry) => {
    switch (entry.kind) {
      case 'amendment':
        return amended(state, entry);
      case 'retraction':
        return retracted(state, entry);
      case 'compaction':
        return compacted(state, entry);
      case 'clear':
        return [];
      default:
        return answerIn(entry) === undefined ? said(state, entry) : answered(state, entry);
    }
  },
});

/** A message of its own: anything with a role. */
function said(state: readonly ResolvedMessage[], entry: Entry): readonly ResolvedMessage[] {
  const { id: entryId, seq, kind, payload: message, refs } = entry;
  // A result that names no call fits nowhere.
  if (kind === 'error' || typeof message['role'] !== 'string' || message['role'] === 'tool') return state;
  const item = { entryId, seq, message, refs };
  return [...state, item, ...callsIn(message).map(({ callId }) => interrupted(item, callId))];
}

/** Takes the place right behind its call, whatever came between: providers want it there. The latest result stands. */
function answered(state: readonly ResolvedMessage[], entry: Entry): readonly ResolvedMessage[] {
  const callId = answerIn(entry)?.callId;
  const at = state.findLastIndex(({ answers, message }) => answers !== undefined && message['tool_call_id'] === callId);
  const place = state[at];
  if (place?.answers === undefined) return state;
  const { id: entryId, seq, payload, refs } = entry;
  return state.with(at, { entryId, seq, message: resultOf(entry, payload), refs, answers: place.answers });
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

function amended(state: readonly ResolvedMessage[], { payload, refs }: Entry): readonly ResolvedMessage[] {
  const { entryId, ...facts } = refs;
  const at = state.findLastIndex(item => item.entryId === entryId && item.synthetic !== true);
  const item = state[at];
  if (item === undefined) return state;
  const changed = {
    ...item,
    message: { ...item.message, ...payload },
    refs: { ...item.refs, ...facts },
  };
  return settled(state.with(at, changed));
}

function retracted(state: readonly ResolvedMessage[], { refs }: Entry): readonly ResolvedMessage[] {
  const ids = refs['entryIds'];
  if (!Array.isArray(ids)) return state;
  const gone = new Set<unknown>(ids);
  return settled(state.filter(({ entryId, synthetic }) => synthetic === true || !gone.has(entryId)));
}

/** The summary stands where the messages stood. A call and its result go, or stay, together. */
function compacted(state: readonly ResolvedMessage[], entry: Entry): readonly ResolvedMessage[] {
  const { fromSeq = 0, toSeq, message } = entry.payload;
  if (typeof fromSeq !== 'number' || typeof toSeq !== 'number') return state;
  const isIn = ({ seq, answers }: ResolvedMessage): boolean => answers === undefined && seq >= fromSeq && seq < toSeq;
  const summary = { entryId: entry.id, seq: fromSeq, message: fieldsOf(message), refs: entry.refs };
  const before = state.findIndex(({ seq, answers }) => answers === undefined && seq >= fromSeq);
  const at = before === -1 ? state.length : before;
  const rest = state.slice(at).filter(item => !isIn(item));
  return settled([...state.slice(0, at), summary, ...rest]);
}

/** Every call with one result behind it, and no result without its call. */
function settled(state: readonly ResolvedMessage[]): readonly ResolvedMessage[] {
  const results = new Map<string, ResolvedMessage>();
  const keyOf = (entryId: string, callId: unknown): string => JSON.stringify([entryId, callId]);
  for (const item of state) {
    if (item.answers !== undefined) results.set(keyOf(item.answers, item.message['tool_call_id']), item);
  }
  return state
    .filter(({ answers }) => answers === undefined)
    .flatMap(item => {
      const calls = callsIn(item.message);
      return [
        item,
        ...calls.map(({ callId }) => results.get(keyOf(item.entryId, callId)) ?? interrupted(item, callId)),
      ];
    });
}
