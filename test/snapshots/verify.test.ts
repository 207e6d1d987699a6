import { describe, expect, test } from 'vitest';
import { type Damage, type Finding, ThreadJournal, type VerifyOptions } from '../../src/index.ts';
import { genesisHash } from '../../src/journal/index.ts';
import { digestOf } from '../../src/snapshots/segment.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql, withoutGuards } from '../support/sql.ts';
import { journalDigest, quoted, rebuilt, segmentsOf, snapshotDigest } from './segments.ts';
import { insert, remove } from './vandal.ts';

const entries = Array.from({ length: 35 }, (_, n) => ({ id: `id-${n}`, at: n, payload: { n }, refs: { of: n } }));
const TEN = { snapshots: { seal: false, segmentEntries: 10 } };

type Found = readonly [Damage, fromSeq: number, toSeq: number];
interface Case {
  readonly name: string;
  /** Statements that do the damage, `$t` for the thread, `$o` for another one with the same entries. */
  readonly sql?: readonly string[];
  /** Or an edit of segments. */
  readonly segment?: { readonly at: number; readonly edit: (segment: Segment) => Partial<Segment> | undefined };
  readonly found: readonly Found[];
}
type Segment = Awaited<ReturnType<typeof segmentsOf>>[number];

const inThread = 'where thread_id = $t';
const all: Found = ['history-changed', 0, 35];

/** Each kind of edit of the journal, and of the snapshots, with what has to be said of it. */
const journalDamage: readonly Case[] = [
  {
    name: 'a changed payload',
    sql: [`update journal_entries set payload = '{"n":-1}' ${inThread} and seq = 12`],
    found: [all, ['segment-differs', 10, 20]],
  },
  {
    name: 'changed refs',
    sql: [`update journal_entries set refs = '{}' ${inThread} and seq = 34`],
    found: [all, ['segment-differs', 30, 35]],
  },
  {
    name: 'a changed kind',
    sql: [`update journal_entries set kind = 'error' ${inThread} and seq = 0`],
    found: [all, ['segment-differs', 0, 10]],
  },
  {
    name: 'a changed time',
    sql: [`update journal_entries set at = at + 1 ${inThread} and seq = 1`],
    found: [all, ['segment-differs', 0, 10]],
  },
  {
    name: 'a changed id',
    sql: [`update journal_entries set entry_id = 'x' ${inThread} and seq = 9`],
    found: [all, ['segment-differs', 0, 10]],
  },
  {
    name: 'a space in a payload',
    sql: [`update journal_entries set payload = '{"n": 5}' ${inThread} and seq = 5`],
    found: [all, ['segment-differs', 0, 10]],
  },
  {
    name: 'an entry that is gone',
    sql: [`delete from journal_entries ${inThread} and seq = 12`],
    found: [['entries-missing', 12, 13]],
  },
  {
    name: 'entries gone from the start',
    sql: [`delete from journal_entries ${inThread} and seq < 3`],
    found: [['entries-missing', 0, 3]],
  },
  {
    name: 'entries gone from the end',
    sql: [`delete from journal_entries ${inThread} and seq > 30`],
    found: [['entries-missing', 31, 35]],
  },
  { name: 'all entries gone', sql: [`delete from journal_entries ${inThread}`], found: [['entries-missing', 0, 35]] },
  {
    name: 'two entries in each other’s places',
    sql: [
      `update journal_entries set seq = 1004 ${inThread} and seq = 4`,
      `update journal_entries set seq = 4 ${inThread} and seq = 5`,
      `update journal_entries set seq = 5 ${inThread} and seq = 1004`,
    ],
    found: [all, ['segment-differs', 0, 10]],
  },
  {
    name: 'two entries swapped between threads',
    sql: [
      `update journal_entries set thread_id = 'swap' ${inThread} and seq = 7`,
      'update journal_entries set thread_id = $t where thread_id = $o and seq = 7',
      `update journal_entries set thread_id = $o where thread_id = 'swap'`,
      `update journal_entries set payload = '{"n":"other"}' ${inThread} and seq = 7`,
    ],
    found: [all, ['segment-differs', 0, 10]],
  },
  {
    name: 'an entry too many',
    sql: [
      `insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs, xid) values ($t, 35, 'x', 0, 'note', '{}', '{}', '0')`,
    ],
    found: [['entries-unexpected', 35, 36]],
  },
  {
    name: 'a rev too low',
    sql: [`update journal_threads set rev = 30 ${inThread}`],
    found: [
      ['entries-unexpected', 30, 35],
      ['history-changed', 0, 30],
      ['segment-stray', 30, 35],
    ],
  },
  {
    name: 'a rev too high',
    sql: [`update journal_threads set rev = 40 ${inThread}`],
    found: [['entries-missing', 35, 40]],
  },
  { name: 'a hash that is another', sql: [`update journal_threads set head_hash = 'feed' ${inThread}`], found: [all] },
  {
    name: 'a payload that cannot be decoded',
    sql: [`update journal_entries set payload = '{"n"' ${inThread} and seq = 3`],
    found: [all, ['entry-undecodable', 3, 4]],
  },
  {
    name: 'refs that cannot be decoded',
    sql: [`update journal_entries set refs = '' ${inThread} and seq = 3`],
    found: [all, ['entry-undecodable', 3, 4]],
  },
  {
    name: 'a payload that is no object',
    sql: [`update journal_entries set payload = '[[]]' ${inThread} and seq = 3`],
    found: [all, ['entry-undecodable', 3, 4]],
  },
  {
    name: 'metadata that cannot be decoded',
    sql: [`update journal_threads set metadata = '[' ${inThread}`],
    found: [['metadata-undecodable', 0, 0]],
  },
  {
    name: 'a head that is gone',
    sql: [`delete from journal_threads ${inThread}`],
    found: [
      ['head-missing', 0, 35],
      ['segment-stray', 0, 10],
      ['segment-stray', 10, 20],
      ['segment-stray', 20, 30],
      ['segment-stray', 30, 35],
    ],
  },
  {
    name: 'another generation',
    sql: [`update journal_threads set generation = 'x' ${inThread}`],
    found: [
      ['segment-stray', 0, 10],
      ['segment-stray', 10, 20],
      ['segment-stray', 20, 30],
      ['segment-stray', 30, 35],
    ],
  },
  {
    name: 'a thread that was deleted and is there again',
    sql: [
      `create table kept as select * from journal_threads ${inThread}`,
      `create table kept_entries as select * from journal_entries ${inThread}`,
      `insert into journal_erasures select thread_id, generation, rev, head_hash, 0 from journal_threads ${inThread}`,
      `delete from journal_entries ${inThread}`,
      `delete from journal_threads ${inThread}`,
      `delete from journal_snapshots ${inThread}`,
      'insert into journal_threads select * from kept',
      'insert into journal_entries select * from kept_entries',
      'drop table kept',
      'drop table kept_entries',
    ],
    found: [['thread-erased', 0, 35]],
  },
];

const edited = (
  at: number,
  edit: (segment: Segment) => Partial<Segment> | undefined,
): NonNullable<Case['segment']> => ({ at, edit });
const snapshotDamage: readonly Case[] = [
  {
    name: 'a changed body',
    segment: edited(1, ({ body }) => ({ body: `${body}x` })),
    found: [['segment-damaged', 10, 20]],
  },
  { name: 'a changed digest', segment: edited(0, () => ({ digest: 'x' })), found: [['segment-damaged', 0, 10]] },
  { name: 'a changed hash', segment: edited(3, () => ({ hash: 'x' })), found: [['segment-damaged', 30, 35]] },
  {
    name: 'an unknown format',
    segment: edited(2, () => ({ format: 77 })),
    found: [['segment-unknown-format', 20, 30]],
  },
  { name: 'a segment that is gone', segment: edited(1, () => undefined), found: [['segment-out-of-place', 20, 30]] },
  { name: 'an end too early', segment: edited(1, () => ({ toSeq: 17 })), found: [['segment-damaged', 10, 17]] },
  { name: 'an end too late', segment: edited(1, () => ({ toSeq: 33 })), found: [['segment-damaged', 10, 33]] },
  {
    name: 'an end beyond the rev',
    segment: edited(1, () => ({ toSeq: 36 })),
    found: [
      ['segment-out-of-place', 20, 30],
      ['segment-stray', 10, 36],
    ],
  },
  {
    name: 'an end before its beginning',
    segment: edited(1, () => ({ toSeq: 3 })),
    found: [['segment-damaged', 10, 3]],
  },
  {
    name: 'a beginning inside another',
    segment: edited(1, () => ({ fromSeq: 9 })),
    found: [
      ['segment-out-of-place', 20, 30],
      ['segment-out-of-place', 9, 20],
    ],
  },
  {
    name: 'a beginning below 0',
    segment: edited(1, () => ({ fromSeq: -1 })),
    found: [
      ['segment-damaged', -1, 20],
      ['segment-out-of-place', 20, 30],
    ],
  },
  {
    name: 'a segment of another generation',
    segment: edited(1, () => ({ generation: 'x' })),
    found: [
      ['segment-out-of-place', 20, 30],
      ['segment-stray', 10, 20],
    ],
  },
  {
    name: 'a forged body with a digest that fits',
    segment: edited(0, segment => {
      const forged = { ...segment, hash: 'forged' };
      return { ...forged, digest: digestOf(forged, genesisHash(segment.threadId)) };
    }),
    found: [['segment-differs', 0, 10]],
  },
];

eachBackend(bench => {
  const journal = (): ThreadJournal => bench.journalWith(TEN);
  async function verified(options: VerifyOptions = {}): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for await (const step of journal().verify(options)) findings.push(...step.findings);
    return findings;
  }
  const told = (findings: readonly Finding[]): unknown[] =>
    findings.map(({ damage, fromSeq, toSeq }) => [damage, fromSeq, toSeq]).sort();
  async function threads(): Promise<readonly [string, string]> {
    const ids = [bench.id(), bench.id()] as const;
    for (const id of ids) await bench.journal.append(id, entries, { metadata: { topic: 'x' } });
    await rebuilt(journal(), ids);
    return ids;
  }
  async function damage({ sql: statements, segment }: Case, [id, other]: readonly [string, string]): Promise<void> {
    if (segment !== undefined) {
      const found = (await segmentsOf(bench.orm, id))[segment.at];
      if (found === undefined) throw new Error('no segment');
      const change = segment.edit(found);
      await remove(bench.orm, found);
      if (change !== undefined) await insert(bench.orm, { ...found, ...change });
    }
    await withoutGuards(bench.orm, async () => {
      for (const statement of statements ?? []) {
        await sql(bench.orm, statement.replaceAll('$t', quoted(id)).replaceAll('$o', quoted(other)));
      }
    });
  }

  test('verify finds nothing in what is as it was recorded, and counts what it looked at', async () => {
    const ids = await threads();
    await bench.journal.append(
      ids[0],
      entries.map(entry => ({ ...entry, id: `more-${entry.id}`, payload: { when: new Date(0), list: [1n] } })),
    );
    await bench.journal.append(bench.id(), []);
    await bench.journal.append('gone', entries);
    await rebuilt(journal(), ['gone']);
    await bench.journal.delete('gone');
    const steps = [];
    for await (const step of journal().verify()) steps.push(step);
    expect(steps.flatMap(step => step.findings)).toEqual([]);
    expect(steps.at(-1)).toMatchObject({ threads: 3, entries: 105, segments: 8, of: { threads: 3, entries: 105 } });
  });

  describe('verify finds in the journal', () => {
    test.each(journalDamage)('$name', async one => {
      const ids = await threads();
      await damage(one, ids);
      expect(told(await verified({ threadIds: [ids[0]] }))).toEqual([...one.found].sort());
      const whole = (await verified()).filter(({ threadId }) => threadId === ids[0]);
      expect(told(whole)).toEqual([...one.found].sort());
      expect(whole.filter(({ of }) => of === 'journal').length).toBe(
        one.found.filter(([kind]) => !kind.startsWith('segment')).length,
      );
    });

    test('and repairs nothing of it, nor of the snapshots that may hold what is lost', async () => {
      const ids = await threads();
      await damage(journalDamage[0] as Case, ids);
      const before = [await journalDigest(bench.orm), await segmentsOf(bench.orm, ids[0])];
      const findings = await verified({ threadIds: [ids[0]], repair: true });
      expect(told(findings)).toEqual([...(journalDamage[0]?.found ?? [])].sort());
      expect(findings.map(({ repaired }) => repaired)).toEqual([false, false]);
      expect([await journalDigest(bench.orm), await segmentsOf(bench.orm, ids[0])]).toEqual(before);
    });
  });

  describe('verify finds in snapshots', () => {
    test.each(snapshotDamage)('$name', async one => {
      const ids = await threads();
      const journalBefore = await journalDigest(bench.orm);
      const right = await segmentsOf(bench.orm, ids[0]);
      await damage(one, ids);
      const wrong = await snapshotDigest(bench.orm);
      expect(told(await verified({ threadIds: [ids[0]] }))).toEqual([...one.found].sort());
      expect(await snapshotDigest(bench.orm)).toBe(wrong);
      const repaired = await verified({ threadIds: [ids[0]], repair: true });
      expect(told(repaired.filter(finding => finding.repaired))).toEqual(told(repaired));
      expect(repaired.length).toBeGreaterThan(0);
      // A stray was only removed: a second look finds the gap where it stood.
      await verified({ threadIds: [ids[0]], repair: true });
      expect(await verified({ threadIds: [ids[0]] })).toEqual([]);
      expect(await segmentsOf(bench.orm, ids[0])).toEqual(right);
      expect(await journalDigest(bench.orm)).toBe(journalBefore);
    });

    test('segments without a thread, and --repair removes them', async () => {
      const [id] = await threads();
      const [segment] = await segmentsOf(bench.orm, id);
      if (segment === undefined) throw new Error('no segment');
      for (const threadId of ['', 'a ghost', '\u{10ffff}']) await insert(bench.orm, { ...segment, threadId });
      const stray: Found = ['segment-stray', 0, 10];
      const ghosts = (found: readonly Finding[]): readonly Finding[] =>
        found.filter(({ threadId }) => ['a ghost', '\u{10ffff}'].includes(threadId));
      expect(told(ghosts(await verified()))).toEqual([stray, stray]);
      expect(ghosts(await verified({ repair: true })).every(({ repaired }) => repaired)).toBe(true);
      expect(ghosts(await verified())).toEqual([]);
    });
  });

  test('entries of a thread that never had a head are found between the others', async () => {
    await threads();
    await withoutGuards(bench.orm, () =>
      sql(
        bench.orm,
        `insert into journal_entries (thread_id, seq, entry_id, at, kind, payload, refs, xid) values
         ('!first of all', 4, 'x', 0, 'note', '{}', '{}', '0'), ('t-1 and a half', 0, 'y', 0, 'note', '{}', '{}', '0')`,
      ),
    );
    const found = (await verified()).filter(({ damage: kind }) => kind === 'head-missing');
    expect(found.map(({ threadId, fromSeq, toSeq }) => [threadId, fromSeq, toSeq])).toContainEqual([
      '!first of all',
      4,
      5,
    ]);
    expect(found.map(({ threadId }) => threadId)).toContain('t-1 and a half');
  });

  test('cannot be part of a transaction', async () => {
    await expect(bench.orm.em.transactional(() => verified())).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

eachBackend(
  bench => {
    test('no false alarm while others append, seal, delete, make again and rebuild', async () => {
      const orm = await bench.database.openOrm();
      const eager = { snapshots: { minTail: 1, segmentEntries: 5 } };
      const [one, other] = [new ThreadJournal(orm, eager), bench.journalWith(eager)];
      const ids = Array.from({ length: 10 }, (_, n) => `busy-${n}`);
      let appending = true;
      let entriesSeen = 0;
      const work = async (): Promise<void> => {
        for (let round = 0; round < 80 || entriesSeen <= 1_000; round += 1) {
          const id = ids[round % ids.length] ?? '';
          if (round % 7 === 6) await one.delete(id);
          await one.append(
            id,
            Array.from({ length: 3 + (round % 9) }, (_, n) => ({ payload: { round, n } })),
          );
          await one.load(id);
          if (round % 20 === 19) await rebuilt(one);
        }
        appending = false;
      };
      const verify = async (): Promise<void> => {
        while (appending) {
          for await (const step of other.verify()) {
            expect(step.findings).toEqual([]);
            entriesSeen += step.entries;
          }
          await new Promise(resolve => setImmediate(resolve));
        }
      };
      // A finding ends the test at once; without one it goes on until enough was verified beside the work.
      await Promise.all([work(), verify()]);
      expect(entriesSeen).toBeGreaterThan(1_000);
      await one.close();
      await other.close();
    });
  },
  { on: sharedBackends },
);
