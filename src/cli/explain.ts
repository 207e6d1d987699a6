import {
  AppendOutcomeUnknownError,
  CorruptEntryError,
  CorruptMetadataError,
  InvalidRevError,
  JournalError,
  OrphanedEntriesError,
  StorageNotMigratedError,
  ThreadDeletedError,
} from '../index.ts';
import { CliError, type ExitCode } from './exit.ts';

export interface Explanation {
  readonly line: string;
  readonly exitCode: ExitCode;
}

/** One line on what went wrong and what to do next. A driver's own text is never shown: it may quote rows or a URL. */
export function explain(error: unknown): Explanation {
  if (error instanceof CliError) return { line: error.message, exitCode: error.exitCode };
  if (error instanceof JournalError) return ofJournal(error);
  for (const cause of causes(error)) {
    const advice = adviceFor(cause);
    if (advice !== undefined) return { line: `${advice} (${labelOf(cause)})`, exitCode: 2 };
  }
  return { line: `unexpected ${labelOf(error)}${placeOf(error)}: please report it`, exitCode: 2 };
}

const FOUND_IN_DATA = [
  CorruptEntryError,
  CorruptMetadataError,
  InvalidRevError,
  OrphanedEntriesError,
  ThreadDeletedError,
];

function ofJournal(error: JournalError): Explanation {
  if (error instanceof StorageNotMigratedError) {
    const line = `the database has no ${error.missing}: run "thread-journal migrate" with the same --url first, or, with --config, the host's own migration that calls createStorageTables`;
    return { line, exitCode: 2 };
  }
  if (error instanceof AppendOutcomeUnknownError) {
    return { line: `${error.message} Run the same command again: what is recorded is not doubled.`, exitCode: 2 };
  }
  return { line: error.message, exitCode: FOUND_IN_DATA.some(found => error instanceof found) ? 1 : 2 };
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens at that host and port: start the database server, or correct the URL'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'the host of the URL is not known: correct it'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'the database server does not answer: check host, port and firewall'],
  [/^(ECONNRESET|EPIPE|08...|57P0[123])$/, 'the connection to the database broke: run the same command again'],
  [/^28...$/, 'the database refused the user or the password: correct them in the URL, or set PGPASSWORD'],
  [/^3D000$/, 'the server has no such database: create it (createdb), or correct the URL'],
  [/^3F000$/, 'the database has no such schema: run "thread-journal migrate" with the same --schema'],
  [/^42501$/, 'the database user lacks a permission on the journal tables: see the grants in the documentation'],
  [/^53300$/, 'the database server has no connection left: try again later'],
  [/^(53...|54...|SQLITE_FULL|ENOSPC)$/, 'the database ran out of room: make some, then run the same command again'],
  [/^25006$|^SQLITE_READONLY/, 'the database is read-only: use one that can be written'],
  [/^SQLITE_CANTOPEN/, 'the file cannot be opened: check that its folder exists and may be written'],
  [/^SQLITE_NOTADB/, 'the file is not a SQLite database: correct the name'],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'another process holds the database file: try again when it is done'],
  [/^SQLITE_CORRUPT/, 'the database file is damaged: restore it from a backup'],
];

/** Some errors of the drivers have no code. Only that they match is used, never their text. */
const ADVICE_BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/^SASL/, 'the database wants a password: put it in the URL, or set PGPASSWORD'],
  [/does not support SSL/, 'the database server does not speak SSL: take sslmode out of the URL'],
  [/timeout expired|connection timeout/, 'the database server does not answer: check host, port and firewall'],
  [/Connection terminated/, 'the connection to the database broke: run the same command again'],
];

function adviceFor(error: object): string | undefined {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const byCode = typeof code === 'string' ? ADVICE.find(([pattern]) => pattern.test(code)) : undefined;
  if (byCode !== undefined) return byCode[1];
  return typeof message === 'string' ? ADVICE_BY_TEXT.find(([pattern]) => pattern.test(message))?.[1] : undefined;
}

/** The error and what it wraps: `cause`, and what an AggregateError holds (a host with two addresses). */
function causes(error: unknown): readonly object[] {
  const found: object[] = [];
  const queue: unknown[] = [error];
  for (let next = queue.shift(); found.length < 10 && typeof next === 'object' && next !== null; next = queue.shift()) {
    found.push(next);
    const { cause, errors, previous } = next as { cause?: unknown; errors?: unknown; previous?: unknown };
    queue.push(...[cause, previous, ...(Array.isArray(errors) ? errors : [])].filter(inner => inner !== undefined));
  }
  return found;
}

/** Class and code: names of programs, not data. */
export function labelOf(error: unknown): string {
  const { code, constructor: made } = Object(error) as { readonly code?: unknown; readonly constructor?: unknown };
  const name = typeof made === 'function' ? made.name : undefined;
  const label = typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'error';
  return typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? `${label} ${code}` : label;
}

/** The first frame of ours: a place in the program, for the report. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /^\s+at .*?([\w.-]+\/[\w.-]+:\d+):\d+\)?$/m.exec(stack)?.[1];
  return place === undefined ? '' : ` at ${place}`;
}
