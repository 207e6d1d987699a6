import { isDeepStrictEqual } from 'node:util';
import { defineEntity, type PrimaryKeyProp, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Entry, type Handle, journalEntities, ThreadJournal } from '../../src/index.ts';
import type { Database, Orm } from '../support/backends.ts';
import { sql } from '../support/sql.ts';

/** A read model of a host: a row a thread and version. The digest changes with any entry lost, doubled or misplaced. */
export interface TallyRow {
  [PrimaryKeyProp]?: ['version', 'threadId'];
  version: number;
  threadId: string;
  entries: number;
  digest: number;
}

export const Tally = defineEntity({
  name: 'Tally',
  tableName: 'tally',
  properties: {
    version: p.integer().primary().name('version'),
    threadId: p.text().primary().name('thread_id'),
    entries: p.integer().name('entries'),
    digest: p.integer().name('digest'),
  },
});

export const entities = [...journalEntities(), Tally];

export async function createTally(orm: Orm): Promise<void> {
  await sql(
    orm,
    'create table tally (version int not null, thread_id text not null, entries int not null, digest int not null, primary key (version, thread_id))',
  );
}

/** An ORM of the host's, with its own entity, and a journal on it. */
export async function openHost(database: Database): Promise<{ orm: Orm; journal: ThreadJournal }> {
  const orm = await database.openOrm({ entities });
  return { orm, journal: new ThreadJournal(orm) };
}

export const digestOf = (before: number, { seq }: Entry): number => (before * 31 + seq + 1) % 1_000_003;

/** What a host writes. */
export const tally: Handle = async (entries, em, { version }) => {
  // One query for all of them; what `count` looks up then is there.
  await em.find(Tally, { version, threadId: [...new Set(entries.map(({ threadId }) => threadId))] });
  for (const entry of entries) await count(em, version, entry);
};

export async function count(em: SqlEntityManager, version: number, entry: Entry): Promise<void> {
  const { threadId } = entry;
  const found = (await em.findOne(Tally, { version, threadId })) as TallyRow | null;
  const row = found ?? (em.create(Tally, { version, threadId, entries: 0, digest: 0 }) as TallyRow);
  row.entries += 1;
  row.digest = digestOf(row.digest, entry);
  em.persist(row);
}

export async function tallies(orm: Orm, version = 1): Promise<Readonly<Record<string, readonly [number, number]>>> {
  const rows = await sql<{ thread_id: string; entries: number; digest: number }>(
    orm,
    `select thread_id, entries, digest from tally where version = ${version} order by thread_id`,
  );
  return Object.fromEntries(rows.map(row => [row.thread_id, [Number(row.entries), Number(row.digest)]]));
}

/** The same from the journal itself: what the read model must be. */
export async function freshTallies(
  journal: ThreadJournal,
): Promise<Readonly<Record<string, readonly [number, number]>>> {
  const all = new Map<string, readonly [number, number]>();
  for await (const head of journal.threads()) {
    let digest = 0;
    let entries = 0;
    for await (const entry of journal.read(head.threadId)) {
      digest = digestOf(digest, entry);
      entries += 1;
    }
    if (entries > 0) all.set(head.threadId, [entries, digest]);
  }
  return Object.fromEntries([...all].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Whether the read model has everything. */
export async function isUpToDate(orm: Orm, journal: ThreadJournal, version = 1): Promise<boolean> {
  return isDeepStrictEqual(await tallies(orm, version), await freshTallies(journal));
}

/** What people write who do not know better: the cursor goes into a transaction of its own. */
export async function naiveProjector(
  orm: Orm,
  journal: ThreadJournal,
  { name, between = () => {} }: { readonly name: string; readonly between?: (round: number) => unknown },
): Promise<void> {
  for (let round = 0; ; round += 1) {
    const where = `name = '${name}'`;
    const [row] = await sql<{ cursor: string | null }>(orm, `select cursor from journal_projections where ${where}`);
    if (row === undefined) {
      const columns = 'name, version, cursor, status, owner, fence, lease_until, error';
      await sql(
        orm,
        `insert into journal_projections (${columns}) values ('${name}', 1, null, 'live', null, 0, 0, null) on conflict do nothing`,
      );
    }
    const batch: (Entry & { cursor: string })[] = [];
    for await (const entry of journal.readAll({ after: row?.cursor ?? undefined, limit: 20 })) batch.push(entry);
    const last = batch.at(-1);
    if (last === undefined) return;
    await orm.em.fork().transactional(async em => {
      for (const entry of batch) await count(em as SqlEntityManager, 1, entry);
    });
    await between(round);
    await sql(orm, `update journal_projections set cursor = '${last.cursor}' where ${where}`);
  }
}

export const numbered = (count: number, kind = 'note') =>
  Array.from({ length: count }, (_, n) => ({ kind, payload: { n } }));

/** Waits for a condition, a turn of the event loop at a time. */
export async function until(what: string, condition: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not in ${ms} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}
