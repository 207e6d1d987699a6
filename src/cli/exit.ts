/** 0 the job is done; 1 it found a problem in what it was given or read; 2 it could not run. */
export type ExitCode = 0 | 1 | 2;

/** A problem with its own line on stderr: what is wrong and what to do next. Never text of a payload, never a URL. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, line: string, options?: ErrorOptions) {
    super(line, options);
    this.exitCode = exitCode;
  }
}

/** A line of an import that cannot be kept. */
export class BadLine extends CliError {
  readonly line: number;
  readonly reason: string;
  constructor(line: number, reason: string, exitCode: ExitCode = 1) {
    super(exitCode, `line ${line}: ${reason}`);
    this.line = line;
    this.reason = reason;
  }
}

/** Whoever read our output went away (`… | head`): nothing is wrong, and nobody is left to tell. */
export class ReaderGone extends Error {}
