import type { Observable, Subscription } from 'rxjs';

/** A subscriber that keeps what it gets. */
export interface Gathered<T> {
  readonly items: readonly T[];
  /** How it ended, if it did. */
  readonly end: { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown } | undefined;
  readonly subscription: Subscription;
}

export function gather<T>(source: Observable<T>): Gathered<T> {
  const items: T[] = [];
  const gathered: { -readonly [key in keyof Gathered<T>]: Gathered<T>[key] } = {
    items,
    end: undefined,
    subscription: undefined as never,
  };
  gathered.subscription = source.subscribe({
    next: item => items.push(item),
    error: error => {
      gathered.end = { kind: 'error', error };
    },
    complete: () => {
      gathered.end = { kind: 'complete' };
    },
  });
  return gathered;
}
