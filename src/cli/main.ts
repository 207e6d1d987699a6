import { CommanderError } from 'commander';
import { ReaderGone } from './exit.ts';
import { explain } from './explain.ts';
import { program } from './program.ts';
import { printable } from './terminal.ts';

/** Runs one command and ends the process: 0 done, 1 a problem in the data, 2 it could not run. */
export async function main(args: readonly string[]): Promise<never> {
  process.on('uncaughtException', error => process.exit(report(error)));
  const exitCode = await run(args);
  // What is still on its way to a pipe is written; what else keeps the process alive (a lost connection) is left.
  await Promise.all([process.stdout, process.stderr].map(stream => new Promise(done => stream.write('', done))));
  process.exit(exitCode);
}

async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof ReaderGone) return 0;
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { line, exitCode } = explain(error);
  process.stderr.write(`${printable(line)}\n`);
  return exitCode;
}
