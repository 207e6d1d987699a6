import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  ConversationStats,
  CREATE_CONVERSATION_STATS,
  conversationStats,
} from '../../examples/conversation-stats/conversation-stats.ts';
import { journalEntities, type NewEntry, Projector, ThreadJournal } from '../../src/index.ts';
import { folder, spawned } from '../cli/cli.ts';
import { type Orm, sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';

const AIRLINE = fileURLToPath(new URL('../../../shared/data/airline-conversations.jsonl', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../examples/conversations.jsonl', import.meta.url));

interface Line {
  readonly threadId: string;
  readonly messages?: readonly Record<string, unknown>[];
  readonly entries?: readonly NewEntry[];
}

const lines: readonly Line[] = readFileSync(existsSync(AIRLINE) ? AIRLINE : SAMPLE, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line));

const entriesOf = ({ entries, messages = [] }: Line): readonly NewEntry[] =>
  entries ??
  messages.map(payload => ({
    kind: payload['role'] === 'tool' ? 'tool_result' : payload['tool_calls'] === undefined ? 'message' : 'tool_call',
    payload,
  }));

async function stats(orm: Orm, version: number) {
  const rows = await sql<Record<string, unknown>>(
    orm,
    `select thread_id, turns, tool_calls, characters from conversation_stats where version = ${version} order by thread_id`,
  );
  return rows.map(row => [row['thread_id'], row['turns'], row['tool_calls'], row['characters']]);
}

/** From the file, without the journal. */
const expected = lines
  .map(line => {
    const said = entriesOf(line).filter(({ kind }) => ['message', 'tool_call', 'tool_result'].includes(kind ?? ''));
    const characters = said.reduce((sum, { payload }) => sum + String(payload?.['content'] ?? '').length, 0);
    return [
      line.threadId,
      said.filter(({ payload }) => payload?.['role'] === 'user').length,
      said.filter(({ kind }) => kind === 'tool_call').length,
      characters,
    ] as const;
  })
  .sort(([one], [other]) => (one < other ? -1 : 1));

eachBackend(
  bench => {
    test.runIf(!existsSync(AIRLINE))('the 200 real conversations are not here: the sample stands in for them', () => {
      expect(lines.length).toBeGreaterThan(2);
    });

    test(`the example's read model of ${lines.length} conversations, built while they come and rebuilt while they come`, async () => {
      await sql(bench.orm, CREATE_CONVERSATION_STATS);
      const orm = await bench.database.openOrm({ entities: [...journalEntities(), ConversationStats] });
      const journal = new ThreadJournal(orm);
      const append = async (some: readonly Line[]): Promise<void> => {
        for (const line of some) await journal.append(line.threadId, entriesOf(line));
      };
      const version1 = new Projector({ journal, ...conversationStats, leaseMs: 1_000 });
      const projection = { ...conversationStats.projection, version: 2 };
      const version2 = new Projector({ journal, ...conversationStats, projection });
      const half = Math.floor(lines.length / 2);
      await append(lines.slice(0, 1));
      await version1.catchUp();
      const running = version1.run().catch((error: { code?: string }) => error.code);
      await append(lines.slice(1, half));
      await Promise.all([version2.catchUp(), append(lines.slice(half))]);
      expect(await journal.liveVersion('conversation_stats')).toBe(2);
      await version2.catchUp();
      expect(await running).toBe('projection_retired');
      expect(await stats(orm, 2)).toEqual(expected);
      expect((await journal.projections()).map(({ parked }) => parked)).toEqual([0, 0]);
    });
  },
  { on: sharedBackends },
);

test('the example says what it does', async () => {
  const main = fileURLToPath(new URL('../../examples/conversation-stats/main.ts', import.meta.url));
  const cwd = await folder();
  const { code, stdout, stderr } = await spawned(process.execPath, [main], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('version 1: projection_retired');
  expect(stdout).toContain('version 2 has 5 conversations; the five with the most tool calls:\n  coding-agent-pr-218');
});
