import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { printable } from './terminal.ts';

export function count(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

/** Kinds may hold spaces; a comma stands between two. */
export function kindList(text: string): readonly string[] {
  return text.split(',').map(kind => kind.trim());
}

/** Commander quotes what it did not understand, which may be a URL with a password. On one line, like every error. */
export function usageError(text: string): string {
  const safe = text.replace(/:\/\/.*|(password|pwd)=.*/gis, '…').replace(/^error: /, '');
  return printable(`${safe.trim().replace(/\s*\n\s*/g, ' ')} (see thread-journal --help)`);
}

export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
