import { CliError } from './exit.ts';

export type Target =
  | { readonly driver: 'sqlite'; readonly file: string }
  | { readonly driver: 'postgresql'; readonly url: string; readonly database: string };

const FORMS = 'sqlite:./file.db or postgresql://user@host:5432/database';

/** No message of these holds any part of what was given: it may be a password. */
export function parseUrl(given: string): Target {
  if (/^sqlite:/i.test(given)) return { driver: 'sqlite', file: fileOf(given.slice('sqlite:'.length)) };
  if (!/^postgres(ql)?:\/\//i.test(given)) throw new CliError(2, `--url must be ${FORMS}`);
  return { driver: 'postgresql', url: given, database: databaseOf(given) };
}

function fileOf(rest: string): string {
  const file = rest.startsWith('//') ? rest.slice(2) : rest;
  if (file === '' || file === ':memory:') throw new CliError(2, '--url needs a file, as in sqlite:./journal.db');
  return file;
}

function databaseOf(url: string): string {
  let parsed: URL;
  let database: string;
  try {
    parsed = new URL(url);
    database = decodeURIComponent(parsed.pathname.slice(1));
  } catch {
    throw new CliError(
      2,
      '--url is not a valid URL: in user and password write @ : / # ? % as %40 %3A %2F %23 %3F %25',
    );
  }
  if (database === '') throw new CliError(2, `--url names no database at its end: write ${FORMS}`);
  return database;
}
