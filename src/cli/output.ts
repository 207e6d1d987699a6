import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { ReaderGone } from './exit.ts';

export interface Output {
  /** Waits while whoever reads is slow, so that memory stays constant. */
  write(text: string): Promise<void>;
}

const BUFFER_LENGTH = 64 * 1024;

/** Runs the job with an output that gathers small pieces, and gives the last of them to the sink at the end. */
export async function buffered(
  sink: (text: string) => Promise<void>,
  job: (output: Output) => Promise<void>,
): Promise<void> {
  let held = '';
  const write = async (text: string): Promise<void> => {
    held += text;
    if (held.length < BUFFER_LENGTH) return;
    const full = held;
    held = '';
    await sink(full);
  };
  try {
    await job({ write });
  } finally {
    // What was made before an error is shown too: the lines before it are whole.
    if (held !== '') await sink(held);
  }
}

/** Each piece at once: somebody watches. */
export const stdoutAtOnce: Output = { write: toStream(process.stdout) };

export function toStdout(job: (output: Output) => Promise<void>): Promise<void> {
  return buffered(toStream(process.stdout), job);
}

/** @throws ReaderGone once nobody reads any more. */
function toStream(stream: Writable): (text: string) => Promise<void> {
  return async text => {
    if (stream.errored) throw problemOf(stream.errored);
    if (stream.write(text)) return;
    try {
      await once(stream, 'drain');
    } catch (error) {
      throw problemOf(error);
    }
  };
}

/** What an error of an output stream means. */
export function problemOf(error: unknown): unknown {
  const code = (error as { readonly code?: unknown }).code;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' ? new ReaderGone() : error;
}
