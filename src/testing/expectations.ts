import assert from 'node:assert/strict';
import { JournalError } from '../errors.ts';
import type { Entry, Fields, Journal, NewEntry, Thread } from '../journal/index.ts';

/** The call rejects (and does not throw) with an error of ours that has one of these codes and these facts. */
export async function refuses(
  call: () => Promise<unknown>,
  code: string | readonly string[],
  facts: Readonly<Record<string, unknown>> = {},
): Promise<JournalError> {
  const error = await rejectionOf(call());
  assert.ok(error instanceof JournalError, `expected an error ${code}, not ${String(error)}`);
  assert.ok([code].flat().includes(error.code), `expected the code ${code}, not ${error.code} (${error.message})`);
  const found = Object.fromEntries(Object.keys(facts).map(key => [key, Reflect.get(error, key)]));
  assert.deepEqual(found, facts);
  return error;
}

export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  assert.ok(outcome !== undefined, 'the call should have been refused, but it succeeded');
  return outcome.error;
}

/** What the iterable gives until it ends or until there are `most`. */
export async function take<T>(iterable: AsyncIterable<T>, most: number = Number.POSITIVE_INFINITY): Promise<T[]> {
  const taken: T[] = [];
  if (most === 0) return taken;
  for await (const one of iterable) {
    taken.push(one);
    if (taken.length >= most) break;
  }
  return taken;
}

export function firstOf(iterable: AsyncIterable<unknown>): Promise<unknown> {
  return iterable[Symbol.asyncIterator]().next();
}

export async function loaded(journal: Journal, threadId: string): Promise<Thread> {
  const thread = await journal.load(threadId);
  assert.ok(thread !== undefined, 'the thread should be there');
  return thread;
}

export async function seqsOf(entries: AsyncIterable<Entry>): Promise<number[]> {
  return (await take(entries)).map(({ seq }) => seq);
}

/** `from, from + 1, …, to - 1` */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/** Entries that tell where they stand: `{ n: from }, { n: from + 1 }, …` */
export function numbered(count: number, from = 0): NewEntry[] {
  return range(from, from + count).map(n => ({ payload: { n } }));
}

/** Appends numbered entries of a count that one append may not hold. */
export async function appendMany(journal: Journal, threadId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    await journal.append(threadId, numbered(Math.min(500, count - from), from));
  }
}

export function payloadsOf({ entries }: { readonly entries: readonly Entry[] }): Fields[] {
  return entries.map(({ payload }) => payload);
}

/** The list of that name, for a case that changes it. */
export function listIn(fields: Fields | undefined, name: string): unknown[] {
  const list = fields?.[name];
  assert.ok(Array.isArray(list), `${name} should be a list`);
  return list;
}

/** Nothing at all is there: no entries, and no head either. */
export async function absent(journal: Journal, threadId: string): Promise<void> {
  assert.equal(await journal.head(threadId), undefined);
  assert.deepEqual(await take(journal.read(threadId)), []);
}

/** Runs `act`, and says that it left the thread as it was, its head included. */
export async function leavesUnchanged(journal: Journal, threadId: string, act: () => Promise<unknown>): Promise<void> {
  const before = { head: await journal.head(threadId), thread: await journal.load(threadId) };
  await act();
  assert.deepEqual({ head: await journal.head(threadId), thread: await journal.load(threadId) }, before);
}

/** Equal in every bit, the order of keys and of the elements of maps and sets included. */
export function sameInOrder(actual: unknown, expected: unknown): void {
  assert.deepEqual(actual, expected);
  assert.deepEqual(orderOf(actual), orderOf(expected));
}

/** deepEqual takes objects, maps and sets of another order for equal; as lists they are not. */
function orderOf(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(orderOf);
  if (value instanceof Set || Array.isArray(value)) return [...value].map(orderOf);
  const prototype: unknown = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.entries(value as object).map(([key, child]) => [key, orderOf(child)]);
}
