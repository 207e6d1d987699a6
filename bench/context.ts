import type { Contest } from './contest.ts';
import type { Database, DatabaseName, Databases } from './databases.ts';
import type { Figure, Rounds } from './harness.ts';

/** What a row's measurement is handed. */
export interface Context {
  /** With the peers of `bench/package.json`. */
  readonly peers: boolean;
  readonly databases: Databases;
  /** The first in a full run; the second in a quick one, which only shows that everything runs. */
  readonly count: (full: number, quick: number) => number;
  /** So many rounds of so many slices in a full run, with some before them to warm up; few in a quick one. */
  readonly rounds: (full: number, slices: number) => Rounds;
  /** Progress, for a person who waits. */
  readonly say: (text: string) => void;
}

export interface Findings {
  readonly figures?: readonly Figure[];
  readonly contests?: readonly Contest[];
}

/** A row of the table, or several measured in one go. */
export interface Row {
  readonly ids: readonly string[];
  readonly run: (context: Context, wanted: (id: string) => boolean) => Promise<Findings>;
}

/** Runs work on a database of its own, which is gone afterwards. */
export async function onDatabase<T>(
  { databases }: Context,
  name: DatabaseName,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await databases.create(name);
  try {
    return await work(database);
  } finally {
    await database.drop();
  }
}
