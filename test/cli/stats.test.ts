import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { cli } from './cli.ts';

eachBackend(
  bench => {
    test('tells threads, entries, bytes, what is in snapshots, and the longest threads', async () => {
      for (const [id, count] of [
        ['short', 1],
        ['long\u202e', 1_000],
        ['middle', 50],
      ] as const) {
        await bench.journal.append(
          id,
          Array.from({ length: count }, (_, n) => ({ payload: { n } })),
        );
      }
      for await (const _ of bench.journal.rebuildSnapshots({ threadIds: ['middle'] }));
      const { code, stdout, stderr } = await cli(['stats', '--url', bench.database.url]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.split('\n')).toEqual([
        'threads    3',
        'entries    1,051',
        'snapshots  50 entries (4%) in 1 segment',
        expect.stringMatching(/^bytes {6}journal \d+\.\d KiB, snapshots \d+\.\d KiB$/),
        expect.stringMatching(/^loads .*journal\.stats/),
        'longest threads:',
        '       1,000  long\\u202e',
        '          50  middle',
        '           1  short',
        '',
      ]);
      const json = JSON.parse((await cli(['stats', '--json', '--url', bench.database.url])).stdout);
      expect(json).toMatchObject({ threads: 3, entries: 1_051, sealedEntries: 50, segments: 1 });
      expect(json.bytes.journal).toBeGreaterThan(20_000);
      expect(json).not.toHaveProperty('served');
    });
  },
  { on: sharedBackends },
);
