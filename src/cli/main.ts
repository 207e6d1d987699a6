import { CommanderError } from 'commander';
import { type ExitCode, ReaderGone } from './exit.ts';
import { program } from './program.ts';
import { printable } from './terminal.ts';

/** Runs one command and ends the process: 0 done, 1 a problem in the data, 2 it could not run. */
export async function main(args: readonly string[]): Promise<never> {
  // Without a listener, a reader that went away between two writes would end the process with a stack.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.on('uncaughtException', error => void report(error).then(process.exit));
  const exitCode = await run(args);
  // What is still on its way to a pipe is written; what else keeps the process alive (a lost connection) is left.
  await Promise.all([process.stdout, process.stderr].map(stream => new Promise(done => stream.write('', done))));
  process.exit(exitCode);
}

async function run(args: readonly string[]): Promise<ExitCode> {
  try {
    await program().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error);
  }
}

async function report(error: unknown): Promise<ExitCode> {
  if (error instanceof ReaderGone) return 0;
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { line, exitCode } = await explained(error);
  process.stderr.write(`${printable(line)}\n`);
  return exitCode;
}

/** MikroORM is loaded with the first command, so that `--help` is quick; it may not even be there. */
async function explained(error: unknown): Promise<{ readonly line: string; readonly exitCode: ExitCode }> {
  try {
    const { explain } = await import('./explain.ts');
    return explain(error);
  } catch (failure) {
    const missing = /@mikro-orm/.test(String((failure as Error).message));
    const packages = 'npm i @mikro-orm/core@7.2.1 @mikro-orm/sqlite@7.2.1 (or @mikro-orm/postgresql@7.2.1)';
    const line = missing ? `thread-journal needs MikroORM: ${packages}` : 'thread-journal is damaged: install it again';
    return { line, exitCode: 2 };
  }
}
