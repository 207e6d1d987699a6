import { fstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Connection, connected, type GlobalFlags, type Where, whereOf } from '../connect.ts';
import { CliError } from '../exit.ts';
import { importLines } from '../importer.ts';
import { counted, grouped, startProgress } from '../progress.ts';
import { readLines } from '../read-lines.ts';
import type { ImportCount } from '../store-run.ts';
import { confirmed, createTables, hasTables } from '../tables.ts';

export interface ImportFlags extends GlobalFlags {
  readonly yes?: boolean | undefined;
}

const QUESTION = 'The database has no journal tables. Create them?';

/** Imports a file of conversations or entries; the first line that cannot be kept ends it, with all before it kept. */
export async function importFile(file: string, flags: ImportFlags): Promise<void> {
  const where = whereOf(flags);
  const source = await openSource(file);
  try {
    // Opening makes a SQLite file, so ask before: a "no" leaves nothing behind.
    const agreed = where.by === 'url' && !where.fileIsThere && (await agree(flags));
    await connected(where, flags, async to => {
      await provideTables(where, to, flags, agreed);
      await run(to, source, flags);
    });
  } finally {
    await source.close();
  }
}

interface Source {
  readonly total: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

async function openSource(file: string): Promise<Source> {
  if (file === '-') {
    const stats = fstatSync(0);
    return { total: stats.isFile() ? stats.size : undefined, chunks: process.stdin, close: async () => {} };
  }
  try {
    const handle = await open(file);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new CliError(2, `${file} is a folder: pass a file, or - for stdin`);
    const chunks = handle.createReadStream({ highWaterMark: 256 * 1024, autoClose: false });
    return { total: stats.isFile() ? stats.size : undefined, chunks, close: () => handle.close() };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(2, `${file} cannot be read (${code}): check its name and permissions`, { cause: error });
  }
}

async function provideTables(where: Where, to: Connection, flags: ImportFlags, agreed: boolean): Promise<void> {
  if (where.by === 'config' || (await hasTables(to))) return;
  if (agreed || (await agree(flags))) await createTables(to, flags);
}

async function agree({ yes }: ImportFlags): Promise<true> {
  if (yes || (await confirmed(QUESTION))) return true;
  throw new CliError(
    2,
    'the database has no journal tables: pass --yes to create them, or run "thread-journal migrate"',
  );
}

async function run({ journal }: Connection, { total, chunks }: Source, flags: ImportFlags): Promise<void> {
  const count: ImportCount = { lines: 0, threadsCreated: 0, entriesAdded: 0, entriesAlreadyThere: 0 };
  const progress = startProgress({ total, count, silent: flags.json === true });
  let bytes = 0;
  const lines = readLines(chunks, read => {
    bytes += read;
    progress.update(bytes);
  });
  try {
    await importLines(journal, lines, count);
  } finally {
    progress.stop();
    console.log(flags.json ? JSON.stringify(count) : sentence(count));
  }
}

function sentence({ lines, threadsCreated, entriesAdded, entriesAlreadyThere }: ImportCount): string {
  if (lines === 0) return 'No line kept.';
  const start = `${counted(lines, 'line')} kept:`;
  if (entriesAdded === 0 && threadsCreated === 0) {
    return `${start} nothing to add, ${counted(entriesAlreadyThere, 'entry', 'entries')} already there.`;
  }
  const there = entriesAlreadyThere === 0 ? '' : `; ${grouped(entriesAlreadyThere)} already there`;
  const added = counted(entriesAdded, 'entry', 'entries');
  return `${start} ${added} added, ${counted(threadsCreated, 'thread')} created${there}.`;
}
