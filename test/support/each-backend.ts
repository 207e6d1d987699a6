import { afterAll, beforeAll, describe } from 'vitest';
import type { JournalOptions } from '../../src/index.ts';
import { ThreadJournal } from '../../src/index.ts';
import { type BackendName, backends, createDatabase, type Database, type Orm } from './backends.ts';

export interface Bench {
  readonly backend: BackendName;
  readonly database: Database;
  readonly orm: Orm;
  /** One journal on `orm`, with default options. */
  readonly journal: ThreadJournal;
  /** A thread id that no other test of this file uses. */
  id(): string;
  journalWith(options: JournalOptions): ThreadJournal;
}

/**
 * One body of tests for all databases: each gets a database of its own, with one ORM and one journal on it. What
 * `define` reads of the bench is there when tests run, not while they are defined.
 */
export function eachBackend(
  define: (bench: Bench) => void,
  { on = backends, orm: ormOptions }: { on?: readonly BackendName[]; orm?: Record<string, unknown> } = {},
): void {
  describe.each(on)('%s', backend => {
    const bench: { -readonly [key in keyof Bench]?: Bench[key] } = { backend };
    let count = 0;
    bench.id = () => `t-${++count}`;
    beforeAll(async () => {
      bench.database = await createDatabase(backend);
      const orm = await bench.database.openOrm(ormOptions);
      bench.orm = orm;
      bench.journal = new ThreadJournal(orm);
      bench.journalWith = options => new ThreadJournal(orm, options);
    });
    afterAll(async () => {
      await bench.database?.drop();
    });
    define(bench as Bench);
  });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const isPostgres = (backend: BackendName): boolean => backend === 'postgresql';
