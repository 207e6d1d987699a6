import { checkSignal } from '../options.ts';

/**
 * An async iterable that ends at once when it is left, also while it waits for the next item: a generator alone would
 * finish that wait first, which may be never. An aborted `signal` ends it with its reason.
 *
 * `generate` is given the signal to end by, which is never the caller's own.
 */
export function iterateUntil<T>(
  signal: AbortSignal | undefined,
  generate: (ending: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]: () => {
      checkSignal(signal);
      const ending = new AbortController();
      const end = (): void => ending.abort();
      signal?.addEventListener('abort', end, { once: true });
      const generator = generate(ending.signal);
      const next = async (): Promise<IteratorResult<T, void>> => {
        // It may stand at an item that its reader was given, and has to free what it holds.
        const result = await (signal?.aborted ? generator.return() : generator.next());
        if (result.done) signal?.throwIfAborted();
        return result;
      };
      return {
        next: () =>
          next().then(
            result => (result.done ? finished(result) : result),
            error => Promise.reject(finished(error)),
          ),
        return: () => {
          end();
          return generator.return().then(finished);
        },
      };
      function finished<R>(result: R): R {
        signal?.removeEventListener('abort', end);
        return result;
      }
    },
  };
}
