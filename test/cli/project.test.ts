import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Projector } from '../../src/index.ts';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { cli, folder } from './cli.ts';

/** A module of a host's: a handler that counts in a table of its own, through `em` alone. */
const projectors = (version: number): string => `
export const upcasters = { old: [payload => ({ n: payload.m })] };
const count = {
  projection: { name: 'count', version: ${version} },
  handle: async (entries, em, { version, replay }) => {
    for (const { payload } of entries) {
      if (typeof payload.n !== 'number') throw new TypeError('no number');
      await em.execute('insert into counted values (?, ?, ?)', [version, payload.n, replay ? 1 : 0]);
    }
  },
  attempts: 1,
};
export default [count, { projection: { name: 'other', version: 1 }, handle: async () => {} }];
`;

eachBackend(
  bench => {
    const run = (...args: string[]) => cli(['project', ...args, '--url', bench.database.url]);
    const counted = async (version: number) =>
      (await sql<{ n: number }>(bench.orm, `select n from counted where version = ${version} order by n`)).map(
        ({ n }) => Number(n),
      );

    test('lists, shows and rebuilds a projection', async () => {
      const path = await folder();
      const file = async (version: number): Promise<string> => {
        await writeFile(join(path, `v${version}.mjs`), projectors(version));
        return join(path, `v${version}.mjs`);
      };
      await sql(bench.orm, 'create table counted (version int, n int, replay int)');
      const [list, status] = await Promise.all([run('list'), run('status', 'count')]);
      expect(list).toEqual({ code: 0, stdout: 'no projections yet\n', stderr: '' });
      expect(status).toMatchObject({ code: 1, stderr: expect.stringMatching(/"count".*none/) });

      await bench.journal.append('t', [{ payload: { n: 1 } }, { kind: 'old', payload: { m: 2 } }]);
      expect(await run('rebuild', 'count', '--projectors', await file(1))).toEqual({
        code: 0,
        stdout: 'count: version 1 is live\n',
        stderr: '',
      });
      expect(await counted(1)).toEqual([1, 2]);
      // The same version again would have to empty what people are reading.
      const again = await run('rebuild', 'count', '--projectors', await file(1));
      expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/version 1 is live.*raise the version/)]);

      await bench.journal.append('t', [{ payload: { n: 3 } }, { payload: { n: 'x' } }, { payload: { n: 4 } }]);
      const rebuilt = await run('rebuild', 'count', '--projectors', await file(2), '--json');
      expect([rebuilt.code, JSON.parse(rebuilt.stdout)]).toEqual([
        1,
        { name: 'count', version: 2, replaced: 1, parked: 1 },
      ]);
      expect(rebuilt.stderr).toMatch(/1 entry parked: see project status count/);
      expect(await counted(2)).toEqual([1, 2, 3, 4]);
      expect(await sql(bench.orm, 'select 1 as x from counted where replay = 0')).toEqual([]);

      await bench.journal.append('t', [{ at: 0 }]);
      const [listed, shown, json] = await Promise.all([
        run('list'),
        run('status', 'count'),
        run('status', 'count', '--json'),
      ]);
      expect(listed.stdout.split('\n')).toEqual(['count 1  retired', 'count 2  live, not running, 1 parked', '']);
      expect(shown.stdout.split('\n')).toEqual([
        'count 1  retired',
        'count 2  live, not running, 1 parked',
        '  behind    1 entry, since 1970-01-01T00:00:00.000Z',
        '  parked    t seq 3: TypeError: no number',
        '',
      ]);
      expect(JSON.parse(json.stdout)[1]).toMatchObject({
        status: 'live',
        lag: { entries: 1, since: 0 },
        parkedEntries: [{ entryId: expect.any(String) }],
      });
      const stopped = new Projector({
        journal: bench.journal,
        projection: { name: 'count', version: 2 },
        handle: async () => {
          throw new Error('not today');
        },
        attempts: 1,
        onPoison: 'stop',
      });
      await expect(stopped.catchUp()).rejects.toThrow('not today');
      expect((await run('list')).stdout).toContain('count 2  live, not running, 1 parked, stopped: Error: not today');
    });
  },
  { on: sharedBackends },
);

test('says what is wrong with what it is given', async () => {
  const path = await folder();
  await writeFile(join(path, 'none.mjs'), 'export default [];');
  await writeFile(join(path, 'broken.mjs'), 'throw new Error("secret");');
  const rebuild = (file: string) => cli(['project', 'rebuild', 'nobody', '--projectors', join(path, file)]);
  const outcomes = [
    rebuild('missing.mjs'),
    rebuild('none.mjs'),
    rebuild('broken.mjs'),
    cli(['project', 'rebuild', 'x']),
  ];
  const [missing, none, broken, unnamed] = await Promise.all(outcomes);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('does not exist') });
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('exports no projector of "nobody"') });
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('fails when it is loaded') });
  expect(broken?.stderr).not.toContain('secret');
  expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('--projectors') });
});
