import { type CallOptions, caller, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import { type Served, servedOf } from './served.ts';

/** How large the journal is, and what snapshots do for it. */
export interface JournalStats {
  readonly threads: number;
  readonly entries: number;
  /** Entries that stand in a snapshot too. */
  readonly sealedEntries: number;
  readonly segments: number;
  /** What the tables take with their indexes. */
  readonly bytes: { readonly journal: number; readonly snapshots: number };
  /** By rev, the longest first; ten at most. */
  readonly longest: readonly { readonly threadId: string; readonly rev: number }[];
  /** What this journal object has loaded since it was opened; other processes count for themselves. */
  readonly served: Readonly<Served>;
}

/** Reads each table once. */
export async function stats(store: Store, options: CallOptions = {}): Promise<JournalStats> {
  const run = caller(store);
  const { signal } = optionsOf(options);
  const { dialect, tables } = store;
  const sums = `select
  (select count(*) from ${tables.threads}) as threads, (select coalesce(sum(rev), 0) from ${tables.threads}) as entries,
  (select count(*) from ${tables.snapshots}) as segments,
  (select coalesce(sum(to_seq - from_seq), 0) from ${tables.snapshots}) as sealed`;
  const longest = `select thread_id, rev from ${tables.threads} order by rev desc, thread_id limit 10`;
  return run({ operation: 'stats', signal }, scope =>
    scope.once(async session => {
      const [row] = await session.run<Record<'threads' | 'entries' | 'segments' | 'sealed', number | string>>(
        dialect.statement(sums),
        [],
      );
      const heads = await session.run<{ thread_id: string; rev: number }>(dialect.statement(longest), []);
      const bytesOf = async (table: string): Promise<number> => {
        const [size] = await session.run<{ bytes: number | string }>(dialect.statement(dialect.bytesOf), [table]);
        return Number(size?.bytes ?? 0);
      };
      const journal: number[] = [];
      for (const table of [tables.threads, tables.entries, tables.erasures]) journal.push(await bytesOf(table));
      return {
        threads: Number(row?.threads),
        entries: Number(row?.entries),
        sealedEntries: Number(row?.sealed),
        segments: Number(row?.segments),
        bytes: {
          journal: journal.reduce((sum, bytes) => sum + bytes, 0),
          snapshots: await bytesOf(tables.snapshots),
        },
        longest: heads.map(({ thread_id, rev }) => ({ threadId: thread_id, rev: Number(rev) })),
        served: { ...servedOf(store) },
      };
    }),
  );
}
