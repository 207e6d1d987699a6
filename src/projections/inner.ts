import { InvalidArgumentError } from '../errors.ts';
import { behind, type Store } from '../journal/index.ts';
import type { Hub } from '../live/index.ts';

/** What a projector needs of the journal it is made with. */
export interface Inner {
  readonly store: Store;
  readonly hub: Hub;
}

const hubs = new WeakMap<object, Hub>();

/** Lets projectors hear what the streams of this journal hear. */
export function openTo(journal: object, hub: Hub): void {
  hubs.set(journal, hub);
}

/** @throws InvalidArgumentError */
export function innerOf(journal: object): Inner {
  const hub = typeof journal === 'object' && journal !== null ? hubs.get(journal) : undefined;
  if (hub !== undefined && !behind(journal).bound) return { store: behind(journal), hub };
  throw new InvalidArgumentError({
    argument: 'journal',
    reason: 'must be a ThreadJournal, and not one made by within(em): a projector has transactions of its own',
  });
}
