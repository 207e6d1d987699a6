import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { loaded, numbered, range } from '../expectations.ts';

const extremes = [0, -1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 253_402_300_800_000];
const kinds = ['message', 'tool_call', 'tool_result', 'signal_in', 'signal_out', 'instruction_start'];
const moreKinds = [
  'instruction_end',
  'note',
  'error',
  'checkpoint',
  'my.own/kind:v2',
  'größe',
  '🛠️',
  ' ',
  ' note',
  'note ',
  'Note',
];

export const defaultsCases: readonly ConformanceCase[] = [
  conformanceCase(
    'fills in what an entry leaves out: an id, the time, the kind note, an empty payload and empty refs',
    async ({ open, threadId }) => {
      const journal = await open({ now: () => 1_234 });
      const nothing = { id: undefined, at: undefined, kind: undefined, payload: undefined, refs: undefined };
      const { entries } = await journal.append(threadId, [{}, nothing]);
      for (const { id, ...entry } of entries) {
        assert.match(id, /^entry_./u);
        assert.deepEqual(entry, { threadId, seq: entry.seq, at: 1_234, kind: 'note', payload: {}, refs: {} });
      }
      assert.deepEqual((await loaded(journal, threadId)).entries, entries);
    },
    { labels: ['E19', 'E20'] },
  ),
  conformanceCase(
    'gives every entry an id of its own',
    async ({ journal, threadId }) => {
      const ids = new Set<string>();
      for (const count of [1, 1, 300]) {
        for (const { id } of (await journal.append(threadId, numbered(count))).entries) ids.add(id);
      }
      assert.equal(ids.size, 302);
    },
    { labels: ['E19'] },
  ),
  conformanceCase(
    'takes the time from its clock, which by default is that of the machine',
    async ({ journal, threadId }) => {
      const before = Date.now();
      const [entry] = (await journal.append(threadId, [{}])).entries;
      const after = Date.now();
      const head = await journal.head(threadId);
      for (const time of [entry?.at, head?.createdAt, head?.updatedAt]) {
        assert.ok(time !== undefined && time >= before && time <= after, `${time} is not in ${before}…${after}`);
      }
    },
    { labels: ['E20', 'E22'] },
  ),
  conformanceCase('takes new ids and generations from newId', async ({ open, threadId }) => {
    let made = 0;
    const newId = () => {
      made += 1;
      return `mine-${made}`;
    };
    const journal = await open({ newId });
    const { entries } = await journal.append(threadId, [{}, { id: 'own' }, {}]);
    const generation = (await journal.head(threadId))?.generation;
    assert.match(entries[0]?.id ?? '', /^entry_mine-\d+$/u);
    assert.equal(entries[1]?.id, 'own');
    assert.match(entries[2]?.id ?? '', /^entry_mine-\d+$/u);
    assert.match(generation ?? '', /^mine-\d+$/u);
  }),
  conformanceCase('keeps any safe integer as the time of an entry', async ({ journal, threadId }) => {
    const result = await journal.append(
      threadId,
      extremes.map(at => ({ at })),
    );
    const ats = (await loaded(journal, threadId)).entries.map(({ at }) => at);
    assert.deepEqual({ ats, same: result.entries.map(({ at }) => at) }, { ats: extremes, same: extremes });
  }),
  conformanceCase(
    'keeps any kind, recommended or not',
    async ({ journal, threadId }) => {
      const all = [...kinds, ...moreKinds];
      await journal.append(
        threadId,
        all.map(kind => ({ kind })),
      );
      const { entries } = await loaded(journal, threadId);
      assert.deepEqual(
        entries.map(({ kind, seq }) => [seq, kind]),
        range(0, all.length).map(seq => [seq, all[seq]]),
      );
    },
    { labels: ['JZ2'] },
  ),
];
