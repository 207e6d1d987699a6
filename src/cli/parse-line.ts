import type { Fields, NewEntry } from '../index.ts';
import { JournalError, LimitExceededError } from '../index.ts';
import { checkId, checkInteger } from '../values/index.ts';
import { BadLine } from './exit.ts';
import { fields, type Json, list, onlyKnown } from './fields.ts';
import { Problem, parseJson } from './json.ts';
import { checked, fromFile, kindOfMessage, MAX_ENTRY_BYTES } from './line-form.ts';
import type { Line } from './read-lines.ts';
import { cutTo } from './terminal.ts';

/** An entry of the file, checked; `payload` and `refs` as the journal would store them, to compare with what it has. */
export interface FileEntry {
  readonly line: number;
  /** Only what the file says; an id may be missing. */
  readonly given: NewEntry;
  readonly kind: string;
  readonly payload: string;
  readonly refs: string;
}

/** What one line says about one thread. */
export interface FileLine {
  readonly number: number;
  readonly threadId: string;
  readonly metadata: Fields | undefined;
  /** The seq of the first entry, where the line says it. */
  readonly seq: number | undefined;
  /** One entry of a thread that goes on in other lines, or the thread from its start. */
  readonly form: 'entry' | 'thread';
  readonly entries: readonly FileEntry[];
}

const ENTRY = ['seq', 'id', 'at', 'kind', 'payload', 'refs'] as const;

/** A path into a payload may be as long as its keys. */
const PATH_COLUMNS = 120;

/** @throws BadLine with what is wrong, without a word of the payload. */
export function parseLine({ number, text }: Line): FileLine {
  try {
    const line = fields(parseJson(text), 'the line');
    const threadId = checkId(line['threadId'], 'threadId');
    const metadata = line['metadata'] === undefined ? undefined : (fromFile(line['metadata'], 'metadata') as Fields);
    if (metadata !== undefined) checked(metadata, 'metadata');
    return { number, threadId, metadata, ...entriesOf(line, number) };
  } catch (error) {
    if (error instanceof LimitExceededError) {
      const { path, limit, max } = error;
      throw new BadLine(number, `${cutTo(path, PATH_COLUMNS)}: over the limit of an entry (${limit} ${max}): split it`);
    }
    if (error instanceof JournalError) throw new BadLine(number, cutTo(error.message, 2 * PATH_COLUMNS));
    if (error instanceof Problem) throw new BadLine(number, error.message);
    throw error;
  }
}

function entriesOf(line: Json, number: number): Pick<FileLine, 'form' | 'seq' | 'entries'> {
  if (line['messages'] !== undefined) {
    onlyKnown(line, ['threadId', 'metadata', 'messages'], '');
    return { form: 'thread', seq: 0, entries: list(line, 'messages').map((m, at) => messageOf(m, at, number)) };
  }
  if (line['entries'] !== undefined) {
    onlyKnown(line, ['threadId', 'metadata', 'entries'], '');
    const given = list(line, 'entries').map((entry, at) => fields(entry, `entries[${at}]`));
    const seq = seqOf(given[0] ?? {}, 'entries[0].') ?? 0;
    const entries = given.map((entry, at) => memberOf(entry, at, seq + at, number));
    noIdTwice(entries);
    return { form: 'thread', seq, entries };
  }
  if (line['kind'] === undefined && line['payload'] === undefined) {
    throw new Problem('has none of entries, messages, kind, payload: what should be kept?');
  }
  onlyKnown(line, ['threadId', 'metadata', ...ENTRY], '');
  return { form: 'entry', seq: seqOf(line, ''), entries: [entryOf(line, '', number)] };
}

function messageOf(message: unknown, at: number, line: number): FileEntry {
  const payload = fields(message, `messages[${at}]`);
  if (typeof payload['role'] !== 'string') throw new Problem(`messages[${at}] has no role`);
  return entryOf({ kind: kindOfMessage(payload), payload }, `messages[${at}].`, line);
}

function memberOf(entry: Json, at: number, seq: number, line: number): FileEntry {
  const path = `entries[${at}].`;
  onlyKnown(entry, ENTRY, path);
  const claimed = seqOf(entry, path);
  if (claimed === undefined || claimed === seq) return entryOf(entry, path, line);
  throw new Problem(`${path}seq is ${claimed}, but ${seq} is next: entries are missing or out of order`);
}

function entryOf(entry: Json, path: string, line: number): FileEntry {
  const id = entry['id'] === undefined ? undefined : checkId(entry['id'], `${path}id`);
  const at = entry['at'] === undefined ? undefined : checkInteger(entry['at'], `${path}at`);
  const kind = entry['kind'] === undefined ? 'note' : checkId(entry['kind'], `${path}kind`);
  const { payload: givenPayload = {}, refs: givenRefs = {} } = entry;
  const payload = fromFile(givenPayload, `${path}payload`) as Fields;
  const refs = fromFile(givenRefs, `${path}refs`) as Fields;
  const texts = { payload: checked(payload, `${path}payload`), refs: checked(refs, `${path}refs`) };
  if (Buffer.byteLength(texts.payload) + Buffer.byteLength(texts.refs) > MAX_ENTRY_BYTES) {
    throw new Problem(`${path}payload and refs together are over ${MAX_ENTRY_BYTES} bytes`);
  }
  return { line, given: { id, at, kind, payload, refs }, kind, ...texts };
}

function noIdTwice(entries: readonly FileEntry[]): void {
  const ids = new Set<string>();
  for (const [at, { given }] of entries.entries()) {
    if (given.id !== undefined && ids.has(given.id)) throw new Problem(`entries[${at}].id stands twice in the line`);
    if (given.id !== undefined) ids.add(given.id);
  }
}

function seqOf(entry: Json, path: string): number | undefined {
  return entry['seq'] === undefined ? undefined : checkInteger(entry['seq'], `${path}seq`, 0);
}
