import { InvalidArgumentError } from '../errors.ts';
import type { Store } from '../journal/index.ts';
import type { Hub } from '../live/index.ts';

/** What a journal stands on. */
export interface Inner {
  readonly store: Store;
  readonly hub: Hub;
}

const known = new WeakMap<object, Inner>();

/** Lets projectors, which are made with a journal, reach what it stands on; nobody else can. */
export function openTo(journal: object, inner: Inner): void {
  known.set(journal, inner);
}

/** @throws InvalidArgumentError */
export function innerOf(journal: object): Inner {
  const inner = typeof journal === 'object' && journal !== null ? known.get(journal) : undefined;
  if (inner === undefined || inner.store.bound) {
    throw new InvalidArgumentError({
      argument: 'journal',
      reason: 'must be a ThreadJournal, and not one made by within(em): a projector has transactions of its own',
    });
  }
  return inner;
}
