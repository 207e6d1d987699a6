import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const BIN: string = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

/** A hundred starts of the same program: the second and later ones take a third less time. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

const { VITEST: _, ...clean } = process.env;
/** What a process started by a test finds around it. */
export const ENV: NodeJS.ProcessEnv = { ...clean, NODE_COMPILE_CACHE };

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly input?: string | Uint8Array | undefined;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly nodeFlags?: readonly string[] | undefined;
}

/** Runs the command as a user would, in a process of its own. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  return spawned(process.execPath, [...(options.nodeFlags ?? []), BIN, ...args], options);
}

export async function spawned(command: string, args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const { input = '', cwd, env } = options;
  const child = spawn(command, args, { cwd, env: { ...ENV, ...env } });
  // A command that does not read its input, or ends early, closes the pipe: that is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: Number(code), stdout, stderr };
}

/** One JSON value a line. */
export function jsonl(values: readonly unknown[]): string {
  return values.map(value => `${JSON.stringify(value)}\n`).join('');
}

export function parsed<T = Record<string, unknown>>(output: string): T[] {
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}

/** A folder that goes away with the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'thread-journal-cli-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A file in such a folder. */
export async function file(content: string | Uint8Array, name = 'threads.jsonl'): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, content);
  return path;
}
