import { InvalidArgumentError } from '../errors.ts';
import { behind, type Store } from '../journal/index.ts';
import { type Hub, hubOf } from '../live/index.ts';

/** What a projector needs of the journal it is made with. */
export interface Inner {
  readonly store: Store;
  readonly hub: Hub;
}

/** @throws InvalidArgumentError */
export function innerOf(journal: object): Inner {
  const store = behind(journal, 'journal');
  if (!store.bound) return { store, hub: hubOf(store) };
  throw new InvalidArgumentError({
    argument: 'journal',
    reason: 'must be a ThreadJournal, and not one made by within(em): a projector has transactions of its own',
  });
}
