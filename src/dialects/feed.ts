import type { Tables } from './dialect.ts';

/** Rows passed over at most by one page that looks for some of them. */
export const STRETCH = 1_000;

/** A place in the feed of all threads. What the two marks say is the database's own matter. */
export interface FeedPlace {
  /** Everything up to here was read before this batch began; empty at the very start. */
  readonly base: string;
  /** Where the batch ends that is being read; empty between batches. */
  readonly target: string;
  readonly position: number;
}

export interface FeedQuery {
  readonly place: FeedPlace;
  readonly kinds: readonly string[] | undefined;
  /** Entries at most. */
  readonly limit: number;
}

/** A row of a page: each tells of the database, and the entry's columns are null when there is none. */
export interface FeedRow {
  readonly position: number | string | null;
  readonly thread_id: string;
  readonly seq: number;
  readonly entry_id: string;
  readonly at: number | string;
  readonly kind: string;
  readonly payload: string;
  readonly refs: string;
}

/** `standby`, `restored`: nobody can read the feed here now. `rewound`: this cursor is of a past that is gone. */
export type FeedTrouble = 'standby' | 'restored' | 'rewound';

export interface FeedState {
  /** Which database this is; another one has another text. */
  readonly identity: string;
  readonly trouble: FeedTrouble | undefined;
  /** Where the batch ends. */
  readonly target: string;
  /** Behind everything that this page has, or has passed over; its target is empty when the batch is over. */
  readonly next: FeedPlace;
}

/** Where the feed of all threads differs between the databases. */
export interface Feed {
  /** Ways to tell which database this is: of each group the first that the host's role may ask is used. */
  readonly identity: readonly (readonly string[])[];
  /** True for marks that this database can have written. */
  knows(place: FeedPlace): boolean;
  /** One statement, one snapshot, at least one row. */
  page(
    tables: Tables,
    query: FeedQuery,
    identity: readonly string[],
  ): { readonly sql: string; readonly parameters: readonly unknown[] };
  state(query: FeedQuery, rows: readonly FeedRow[]): FeedState;
  /** Right behind this entry, inside the batch. */
  at(place: FeedPlace, target: string, row: FeedRow): FeedPlace;
  /** Right behind the batch that ends at this target. */
  end(target: string): FeedPlace;
  /** Makes a restored copy of the tables readable, and answers `{ renewed }`; undefined where nothing needs it. */
  renew(tables: Tables): string | undefined;
}
