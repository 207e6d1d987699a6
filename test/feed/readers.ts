import { setImmediate } from 'node:timers/promises';
import { ThreadJournal } from '../../src/index.ts';
import { caller, type FeedPage, openStore, page } from '../../src/journal/index.ts';
import { settingsOf } from '../../src/options.ts';
import type { Orm } from '../support/backends.ts';
import { collect } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import type { Delivered } from './deliveries.ts';

/** Asks again and again what is new: the entries of one turn. */
export type Reader = () => Promise<readonly Delivered[]>;

/** The primitive that all readers of the feed stand on. */
export function pager(orm: Orm): (after: string | undefined, limit: number, kinds?: string[]) => Promise<FeedPage> {
  const store = openStore(orm.em, settingsOf());
  return (after, limit, kinds) => page(store, caller(store), after, { operation: 'page', limit, kinds });
}

export function byPages(orm: Orm, limit: number): Reader {
  const read = pager(orm);
  let cursor: string | undefined;
  return async () => {
    // An empty page is not the end: it may have passed over what is of another batch.
    for (;;) {
      const { entries, next, more } = await read(cursor, limit);
      cursor = next;
      if (entries.length > 0 || !more) return entries;
    }
  };
}

/** Remembers the cursor of the last entry it was given, as a host does. */
export function byCursors(orm: Orm, limit: number): Reader {
  const journal = new ThreadJournal(orm);
  let after: string | undefined;
  return async () => {
    const entries = await collect(journal.readAll({ after, limit }));
    after = entries.at(-1)?.cursor ?? after;
    return entries;
  };
}

interface Row {
  readonly id: string;
  readonly thread_id: string;
  readonly seq: number;
  readonly position: number | string;
  readonly xid: string;
}

const ROW = 'entry_id as id, thread_id, seq, position, xid';
const delivered = (rows: readonly Row[]): Delivered[] =>
  rows.map(({ id, thread_id, seq }) => ({ id, threadId: thread_id, seq: Number(seq) }));

/** Control: remembers the last position. Positions are drawn before the commit, so it passes over late ones. */
export function naive(orm: Orm): Reader {
  let position = 0;
  return async () => {
    const rows = await sql<Row>(
      orm,
      `select ${ROW} from journal_entries where position > ${position} order by position limit 500`,
    );
    position = Number(rows.at(-1)?.position ?? position);
    return delivered(rows);
  };
}

/** Control: reads below the oldest open transaction of the server, in order of transactions. */
export function horizon(orm: Orm): Reader {
  let [xid, position] = ['0', '0'];
  return async () => {
    const rows = await sql<Row>(
      orm,
      `select ${ROW} from journal_entries where (xid, position) > ('${xid}'::xid8, ${position})
       and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, position limit 500`,
    );
    const last = rows.at(-1);
    if (last !== undefined) [xid, position] = [last.xid, String(last.position)];
    return delivered(rows);
  };
}

export interface Running {
  readonly delivered: Delivered[];
  /** Reads on until there was nothing new for several turns, and tells what it has. */
  end(): Promise<readonly Delivered[]>;
}

export function run(reader: Reader): Running {
  const all: Delivered[] = [];
  let ending = false;
  const loop = (async () => {
    for (let idle = 0; !ending || idle < 4; ) {
      const entries = await reader();
      all.push(...entries);
      idle = entries.length === 0 && ending ? idle + 1 : 0;
      await setImmediate();
    }
    return all;
  })();
  loop.catch(() => {});
  return {
    delivered: all,
    end: () => {
      ending = true;
      return loop;
    },
  };
}
