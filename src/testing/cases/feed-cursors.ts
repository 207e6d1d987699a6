import assert from 'node:assert/strict';
import { conformanceCase } from '../conformance-case.ts';
import { firstOf, numbered, refuses, take } from '../expectations.ts';
import { startOf, under } from './feed-start.ts';

const malformed: readonly string[] = [
  '',
  '1',
  '0',
  '....',
  '1.....',
  '1....',
  '1....-1',
  '1....01',
  '1....9007199254740993',
  '1....1.',
  ' 1....0',
  '1....0 ',
  '1....0\n',
  '2....0',
  '1.zz...0',
  '1.0123456789ABCDEF...0',
  "1..';drop table x;--..0",
  '1..\u0000..0',
  `1..${'9'.repeat(10_000)}..0`,
  '1...5:4:.0',
];

export const feedCursorCases = [
  conformanceCase('refuses every text that is no cursor', async ({ journal }) => {
    for (const after of malformed) {
      await refuses(() => firstOf(journal.readAll({ after })), 'invalid_cursor', { argument: 'after' });
    }
  }),
  conformanceCase(
    'refuses a cursor that was cut or added to, or takes it for what it is',
    async ({ journal, threadId }) => {
      const cursor = await startOf(journal, threadId);
      for (const after of [
        `${cursor}x`,
        `x${cursor}`,
        cursor.toUpperCase().replace('1.', '1.x'),
        `${cursor}.`,
        `.${cursor}`,
      ]) {
        await refuses(() => firstOf(journal.readAll({ after })), 'invalid_cursor');
      }
      for (let length = 0; length < cursor.lastIndexOf('.') + 2; length += 1) {
        const outcome = await take(journal.readAll({ after: cursor.slice(0, length) })).catch(error => error);
        if (Array.isArray(outcome)) continue;
        assert.match(outcome.code, /^(invalid_cursor|cursor_epoch_changed)$/);
      }
    },
  ),
  conformanceCase('keeps what a cursor says for as long as it is kept', async ({ journal, open, threadId }) => {
    const after = await startOf(journal, threadId);
    await journal.append(threadId, numbered(3));
    const read = async (): Promise<unknown> => under(await take(journal.readAll({ after })), threadId).length;
    assert.equal(await read(), 3);
    await journal.append(`${threadId}-b`, numbered(2));
    assert.equal(await read(), 5);
    const later = await open();
    assert.equal(under(await take(later.readAll({ after })), threadId).length, 5);
  }),
];
