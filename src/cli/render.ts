import { inspect } from 'node:util';
import type { Entry, Fields } from '../index.ts';
import { stored } from './line-form.ts';
import { cutTo, printable } from './terminal.ts';

/** The entry on one line of this many columns. */
export function entryLine(entry: Entry, columns: number): string {
  const { seq, at, kind, payload } = entry;
  return cutTo(`${String(seq).padStart(6)}  ${isoTime(at)}  ${kind.padEnd(11)}  ${summary(payload)}`, columns);
}

/** ISO in UTC; an instant outside of what a date can be (any safe integer is allowed) as its number. */
export function isoTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

/** Chat messages as a person would say them, everything else as it is. */
function summary(payload: Fields): string {
  const { role, content, name } = payload;
  if (typeof role === 'string') {
    const said = [textOf(content), ...callsOf(payload['tool_calls'])].filter(part => part !== '').join(' ');
    return `${role}${role === 'tool' && typeof name === 'string' ? ` ${name}` : ''}: ${said}`;
  }
  if (typeof name === 'string' && 'arguments' in payload) return call(name, payload['arguments']);
  return plain(payload);
}

function callsOf(calls: unknown): readonly string[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((given: unknown) => {
    const { function: called } = (given ?? {}) as { readonly function?: unknown };
    const { name, arguments: args } = (called ?? {}) as { readonly name?: unknown; readonly arguments?: unknown };
    return typeof name === 'string' ? call(name, args) : plain(given);
  });
}

function call(name: string, args: unknown): string {
  return `${name}(${typeof args === 'string' ? args : plain(args)})`;
}

/** A message's content is a string, or parts some of which are text. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (content === undefined || content === null) return '';
  if (!Array.isArray(content)) return plain(content);
  return content.map((part: unknown) => textPart(part) ?? plain(part)).join(' ');
}

function textPart(part: unknown): string | undefined {
  const { text } = (part ?? {}) as { readonly text?: unknown };
  return typeof text === 'string' ? text : undefined;
}

/** JSON where that says it all. */
function plain(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `${value}n` : String(value);
  const text = stored(value);
  if (text.startsWith('{')) return text;
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, compact: true, depth: 4, maxArrayLength: 20 });
}

export function threadLine(rev: string, created: string, updated: string, threadId: string): string {
  return `${rev.padStart(8)}  ${created.padEnd(24)}  ${updated.padEnd(24)}  ${printable(threadId)}`;
}
