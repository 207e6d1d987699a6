import { Observable } from 'rxjs';
import { inCleanContext } from '../journal/index.ts';

/**
 * An iterable as an Observable: each subscription iterates for itself, and ends it when it unsubscribes. It takes items
 * as fast as they come: what a subscriber does not keep up with is buffered by the subscriber.
 */
export function observe<T>(iterate: (signal: AbortSignal) => AsyncIterable<T>): Observable<T> {
  return new Observable(subscriber => {
    const ending = new AbortController();
    const push = async (): Promise<void> => {
      try {
        for await (const item of iterate(ending.signal)) subscriber.next(item);
        subscriber.complete();
      } catch (error) {
        // Unsubscribed, it is the abort; and nobody listens.
        if (!ending.signal.aborted) subscriber.error(error);
      }
    };
    void inCleanContext(push);
    return () => ending.abort();
  });
}
