import { optionsOf } from '../options.ts';
import { caller } from './calls.ts';
import { page } from './feed.ts';
import type { CallOptions } from './journal.ts';
import type { Store } from './store.ts';

/** The cursor behind everything that is committed now. */
export async function feedEnd(store: Store, options: CallOptions = {}): Promise<string> {
  const { signal } = optionsOf(options);
  const { end } = await page(store, caller(store), undefined, { operation: 'feedEnd', limit: 1, signal });
  return end;
}
