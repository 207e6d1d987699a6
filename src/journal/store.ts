import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Dialect, dialectOf, type Runner, type Tables } from '../dialects/index.ts';
import { EntitiesNotRegisteredError } from '../errors.ts';
import type { Settings } from '../options.ts';
import type { AppendQueue } from './append-queue.ts';
import { type Commits, commitsOf } from './commits.ts';

/** What every verb works on: where the tables are, how this database speaks, and what the caller chose. */
export interface Store {
  /** The EntityManager the journal was opened on, to find transactions by. */
  readonly em: SqlEntityManager;
  /** One of our own, for statements outside any transaction: `em` may stand for whatever the async context holds. */
  readonly own: SqlEntityManager;
  /** True for a journal made by `within(em)`: it works in that transaction or not at all. */
  readonly bound: boolean;
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly settings: Settings;
  /** Of all journals on this ORM. */
  readonly commits: Commits;
  /** Shared by a journal and all that is bound to a transaction from it. */
  readonly life: Life;
}

/** What a journal comes to know and to hold while it is open. */
export interface Life {
  closed: boolean;
  /** Found out at the first call: the tables are there, with their guards. */
  migrated: boolean;
  /** Found out at the first call outside a transaction: the quickest way for statements. */
  runner: Runner | undefined;
  opening: Promise<void> | undefined;
  /** Found out by the first page of the feed: what tells which database this is. */
  identity: Promise<readonly string[]> | undefined;
  /** Appends that wait for the one under way; undefined when each goes by itself. */
  queue: AppendQueue | undefined;
  /** Tells other processes of a commit; undefined where nothing does. */
  notify: ((threadId: string) => void) | undefined;
  readonly running: Set<Promise<unknown>>;
}

/** A store on the host's ORM. @throws EntitiesNotRegisteredError */
export function openStore(em: SqlEntityManager, settings: Settings): Store {
  return {
    em,
    own: em.fork() as SqlEntityManager,
    bound: false,
    dialect: dialectOf(em.getPlatform()),
    tables: {
      threads: table(em, 'Thread'),
      entries: table(em, 'Entry'),
      erasures: table(em, 'Erasure'),
      snapshots: table(em, 'Snapshot'),
      projections: table(em, 'Projection'),
      states: table(em, 'ProjectionState'),
      parked: table(em, 'Parked'),
      checkpoints: table(em, 'Checkpoint'),
    },
    settings,
    commits: commitsOf(em),
    life: {
      closed: false,
      migrated: false,
      runner: undefined,
      opening: undefined,
      identity: undefined,
      queue: undefined,
      notify: undefined,
      running: new Set(),
    },
  };
}

function table(em: SqlEntityManager, name: string): string {
  const meta = em.getMetadata().getByClassName(`Journal${name}`, false);
  if (meta === undefined) throw new EntitiesNotRegisteredError();
  const schema = meta.schema ?? em.config.get('schema');
  const quoted = (part: string): string => `"${part.replaceAll('"', '""')}"`;
  return schema === undefined ? quoted(meta.tableName) : `${quoted(schema)}.${quoted(meta.tableName)}`;
}

/** No new calls; those under way end by themselves, within their own time. */
export async function closeStore({ life }: Store): Promise<void> {
  life.closed = true;
  await Promise.allSettled(life.running);
}
