import type { Entry, Fields } from '../journal/index.ts';

/** A tool call inside a chat-completions message. */
export interface CallInMessage {
  readonly callId: string;
  readonly name: string | undefined;
}

/** The calls that an assistant's message makes: `tool_calls: [{ id, function: { name } }]`. */
export function callsIn(message: Fields): readonly CallInMessage[] {
  const calls = message['tool_calls'];
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    const { id, function: called } = fieldsOf(call);
    const { name } = fieldsOf(called);
    return typeof id === 'string' ? [{ callId: id, name: typeof name === 'string' ? name : undefined }] : [];
  });
}

/** Which call an entry answers: a message of role `tool`, or an `error` whose refs name the call. */
export function answerIn({ kind, payload, refs }: Entry): { callId: string; failed: boolean } | undefined {
  if (kind === 'error') {
    const callId = refs['toolCallId'];
    return typeof callId === 'string' ? { callId, failed: true } : undefined;
  }
  const callId = payload['tool_call_id'];
  if (payload['role'] !== 'tool' || typeof callId !== 'string') return undefined;
  return { callId, failed: refs['failed'] === true };
}

/** The fields of a value that may be anything. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
