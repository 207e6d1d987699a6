import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { CliError } from './exit.ts';
import { buffered, type Output } from './output.ts';

/**
 * Runs the job with a file that appears under its name only when it is whole: an export that fails, or is killed,
 * leaves what was there before.
 *
 * @throws CliError when the file exists and `force` is not given, or it is not a regular file.
 */
export async function toFileOnceWhole(
  file: string,
  { force }: { readonly force: boolean },
  job: (output: Output) => Promise<void>,
): Promise<void> {
  await refuseToOverwrite(file, force);
  const partial = `${file}.${randomUUID().slice(0, 8)}.partial`;
  try {
    const handle = await open(partial, 'wx');
    try {
      await buffered(text => handle.appendFile(text), job);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (force) await rename(partial, file);
    else await appear(partial, file);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? exists(file) : problemOf(error, file);
  } finally {
    await unlink(partial).catch(() => {});
  }
}

/** Never a symbolic link or a device: `--force` means this file, not what it leads to. */
async function refuseToOverwrite(file: string, force: boolean): Promise<void> {
  const there = await lstat(file).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isFile()) throw new CliError(2, `${file} is not a regular file: choose another name`);
  if (!force) throw exists(file);
}

/** Gives the file its name unless somebody took it in the meantime; not every file system has links. */
async function appear(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    await copyFile(partial, file, constants.COPYFILE_EXCL);
  }
}

function exists(file: string): CliError {
  return new CliError(2, `${file} exists: choose another name, or pass --force to replace it`);
}

/** The file system's own errors name the file; what the job threw is the job's. */
function problemOf(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string' || !FILE_SYSTEM.has(code)) return error;
  return new CliError(
    2,
    `${file} cannot be written (${code})${code === 'ENOENT' ? ': its folder does not exist' : ''}`,
  );
}

const FILE_SYSTEM = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'ENOTDIR',
  'EISDIR',
]);

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}
