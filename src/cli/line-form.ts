import { createHash } from 'node:crypto';
import { decodeObject, encodeObject, MAX_DEPTH } from '../values/index.ts';
import { Problem } from './json.ts';

/**
 * The files of `import` and `export`.
 *
 * A payload, refs or metadata is always a JSON object, so an array in its place can mean only one thing: a value that
 * plain JSON cannot hold (Date, bigint, Map, …), as `["devalue", <the rich form>]`. A payload that has a key `$rich`,
 * or any other, needs no escape and cannot be taken for it.
 */
const RICH = 'devalue';

export const MAX_ENTRY_BYTES = 1_048_576;

/** The stored form of a payload, refs or metadata as it stands in a file: the stored text itself, or tagged. */
export function toFile(stored: string): string {
  return stored.startsWith('{') ? stored : `["${RICH}",${stored}]`;
}

/** What stood in the file, as a value; whether a journal can keep it is for `stored` to say. */
export function fromFile(value: unknown, path: string): unknown {
  if (!Array.isArray(value) || value[0] !== RICH) return value;
  try {
    if (value.length === 2 && Array.isArray(value[1])) return decodeObject(JSON.stringify(value[1]));
  } catch {
    // What the decoder says may quote the value.
  }
  throw new Problem(`${path}: is marked "${RICH}" but is not a value in that form`);
}

/** The value as it will be stored, within the limits of an entry, or what the journal has against it. */
export function checked(value: unknown, path: string): string {
  return encodeObject(value, path, { maxDepth: 256, maxBytes: MAX_ENTRY_BYTES });
}

/** A recorded value as stored: two are the same to the journal when these texts are. The host's limits may be wider. */
export function stored(value: unknown): string {
  return encodeObject(value, 'value', { maxDepth: MAX_DEPTH, maxBytes: Number.MAX_SAFE_INTEGER });
}

/** An entry without an id gets the same one each time it is imported, so that it is never recorded twice. */
export function derivedId(threadId: string, seq: number): string {
  const text = `${Buffer.byteLength(threadId)}:${threadId}${String(seq).length}:${seq}`;
  return `entry_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

/** The kind of a chat-completions message. */
export function kindOfMessage(message: Readonly<Record<string, unknown>>): string {
  if (message['role'] === 'tool') return 'tool_result';
  const calls = message['tool_calls'];
  return message['role'] === 'assistant' && Array.isArray(calls) && calls.length > 0 ? 'tool_call' : 'message';
}

const MESSAGE_KINDS: ReadonlySet<string> = new Set(['message', 'tool_call', 'tool_result']);

/** Whether the entry is a message that `--format messages` can give back as it is. */
export function isMessage(kind: string, payload: Readonly<Record<string, unknown>>): boolean {
  return MESSAGE_KINDS.has(kind) && typeof payload['role'] === 'string';
}
