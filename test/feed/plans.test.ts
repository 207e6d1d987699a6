import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeedPlace } from '../../src/dialects/index.ts';
import { postgresFeed } from '../../src/dialects/postgres-feed.ts';
import { sqliteFeed } from '../../src/dialects/sqlite-feed.ts';
import { parseCursor } from '../../src/journal/index.ts';
import { createDatabase, type Database, type Orm, wantedBackends } from '../support/backends.ts';
import { sql } from '../support/sql.ts';
import { accesses } from '../support/statements.ts';
import { pager } from './readers.ts';

const ROWS = 150_000;
const COLUMNS = 'thread_id, seq, entry_id, at, kind, payload, refs';
const tables = {
  ...{ threads: '"journal_threads"', entries: '"journal_entries"' },
  ...{ erasures: '"journal_erasures"', snapshots: '"journal_snapshots"', checkpoints: '"journal_checkpoints"' },
  ...{ projections: '"journal_projections"', states: '"journal_projection_states"', parked: '"journal_parked"' },
};
const START: FeedPlace = { base: '', target: '', position: 0 };

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

describe.runIf(wantedBackends().includes('postgresql'))(`a page on PostgreSQL, of ${ROWS} entries`, () => {
  let database: Database;
  let orm: Orm;
  let client: pg.Client;
  const places: Record<string, FeedPlace> = { 'the start': START };
  const rows = (thread: string, count: number): string =>
    `insert into journal_entries (${COLUMNS}) select '${thread}' || n % 500, n, '${thread}-' || n, 0,
     'k' || n % 3, '{"t":"' || repeat('x', 200) || '"}', '{}' from generate_series(1, ${count}) n`;

  beforeAll(async () => {
    database = await createDatabase('postgresql');
    orm = await database.openOrm();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('alter table journal_entries set (autovacuum_enabled = off)');
    await client.query(rows('early', 1));
    const early = (await pager(orm)(undefined, 1_000_000)).next;
    const late = new pg.Client({ connectionString: database.url });
    await late.connect();
    await late.query('begin');
    await late.query(rows('late', 5));
    for (let part = 0; part < 10; part += 1) await client.query(rows(`part-${part}-`, ROWS / 10));
    const open = await pager(orm)(early, 256);
    places['a page of a long batch'] = { ...(parseCursor(open.next) ?? START), position: ROWS / 2 };
    const base = parseCursor(open.next)?.target ?? '';
    await late.query('commit');
    await late.end();
    await client.query(rows('fresh', 20));
    places['an increment of a few entries, some of them committed late'] = { base, target: '', position: 0 };
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function visits(place: FeedPlace, kinds?: readonly string[]): Promise<{ nodes: Node[]; found: number }> {
    const query = { place, kinds, limit: 256 };
    const { sql: text, parameters } = postgresFeed.page(
      tables,
      query,
      postgresFeed.identity.map(([way]) => way ?? ''),
    );
    let index = 0;
    const statement = text.replace(/\?/g, () => `$${++index}`);
    const { rows: found } = await client.query(statement, [...parameters]);
    const { rows: plans } = await client.query(`explain (analyze, format json) ${statement}`, [...parameters]);
    const nodes: Node[] = [];
    const walk = (node: Node): void => {
      if (node['Relation Name'] === 'journal_entries') nodes.push(node);
      node.Plans?.forEach(walk);
    };
    walk(plans[0]['QUERY PLAN'][0].Plan);
    return { nodes, found: found.filter(row => row.position !== null).length };
  }
  const touched = (nodes: readonly Node[]): number =>
    nodes.reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    );

  for (const when of ['without statistics', 'with statistics']) {
    describe(when, () => {
      beforeAll(async () => {
        if (when === 'with statistics') await client.query('analyze');
      });

      test.each(['the start', 'a page of a long batch'])(
        '%s goes by position, and reads what it gives',
        async title => {
          const { nodes, found } = await visits(places[title] ?? START);
          expect(found).toBe(256);
          expect(nodes.map(node => node['Index Name'])).toContain('journal_entries_pkey');
          expect(nodes.every(node => node['Index Name'] !== undefined)).toBe(true);
          expect(touched(nodes)).toBeLessThan(1_100);
        },
      );

      test('an increment of a few entries goes by transaction, and reads what it gives', async () => {
        const title = 'an increment of a few entries, some of them committed late';
        const { nodes, found } = await visits(places[title] ?? START);
        expect(found).toBe(25);
        expect(nodes.map(node => node['Index Name'])).toContain('journal_entries_xid_index');
        expect(touched(nodes)).toBeLessThan(60);
      });

      test('a kind that nothing is of costs no more than a stretch', async () => {
        const { nodes, found } = await visits(places['a page of a long batch'] ?? START, ['none']);
        expect(found).toBe(0);
        expect(touched(nodes)).toBeLessThan(1_100);
      });
    });
  }

  test('the control: as one condition, ordered by position, the planner walks the table for a few rows', async () => {
    const { base } = places['an increment of a few entries, some of them committed late'] ?? START;
    const xmax = base.split(':')[1] ?? '0';
    await client.query(`delete from pg_statistic where starelid = 'journal_entries'::regclass`);
    const { rows: plans } = await client.query(
      `explain (analyze, format json) select * from journal_entries
       where (xid >= $1::xid8 or xid = any($2::xid8[])) and position > 0 order by position limit 256`,
      [xmax, []],
    );
    expect(JSON.stringify(plans[0])).toMatch(/"Rows Removed by Filter": ?1\d{5}/);
  });
});

describe.runIf(wantedBackends().includes('sqlite'))('a page on SQLite', () => {
  let database: Database;
  let orm: Orm;
  beforeAll(async () => {
    database = await createDatabase('sqlite');
    orm = await database.openOrm();
    await sql(
      orm,
      `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${ROWS})
       insert into journal_entries (${COLUMNS}, xid) select 't' || n % 500, n, 'e' || n, 0, 'k', '{}', '{}', 0 from numbers`,
    );
  });
  afterAll(() => database.drop());

  test.each([
    ['the start', START, undefined],
    ['a page in the middle', { base: '0123456789ab:Zw', target: '9:0123456789ab:Zw', position: 5 }, undefined],
    ['a page of some kinds', { base: '0123456789ab:Zw', target: '', position: 5 }, ['note']],
  ] as const)('%s goes by position', async (_title, place, kinds) => {
    const { sql: text, parameters } = sqliteFeed.page(tables, { place, kinds, limit: 256 }, []);
    const values = parameters.map(value => (typeof value === 'number' ? String(value) : `'${value}'`));
    const statement = text.replace(/\?/g, () => values.shift() ?? '');
    const found = await accesses(orm, 'sqlite', statement);
    const plan = await sql<{ detail: string }>(orm, `explain query plan ${statement}`);
    const details = plan.map(({ detail }) => detail);
    expect(
      details.filter(detail => /SEARCH e USING INTEGER PRIMARY KEY \(rowid[>=]/.test(detail)).length,
    ).toBeGreaterThan(1);
    // The newest entry is the first of a walk backward; erasures are read only where an anchor is gone.
    const scans = found.filter(({ how }) => how === 'scan').map(({ table }) => table);
    expect(
      scans.filter(
        table => !/^(stretch|newest|anchor|reached|e|json_each|sqlite_sequence|journal_erasures|g|f)$/.test(table),
      ),
    ).toEqual([]);
    expect(details.filter(detail => /TEMP B-TREE/.test(detail))).toEqual([]);
  });
});
