import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeObject } from '../../src/values/index.ts';
import { collect, eachBackend } from '../support/each-backend.ts';
import { sql } from '../support/sql.ts';
import { closedSetObject } from '../values/closed-set.ts';
import { sameValue } from '../values/same-value.ts';

const LIMITS = { maxDepth: 256, maxBytes: 1_048_576 };

eachBackend(bench => {
  test('every value of the closed set comes back equal, through append, load and read, as the very bytes encoded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(closedSetObject, { minLength: 1, maxLength: 10 }), async values => {
        const threadId = bench.id();
        const entries = values.map((value, index) => ({ id: `e-${index}`, payload: value, refs: value }));
        const [first = {}] = values;
        const appended = await bench.journal.append(threadId, entries, { metadata: first });
        const loaded = await bench.journal.load(threadId);
        const read = await collect(bench.journal.read(threadId));
        for (const [index, value] of values.entries()) {
          for (const entry of [appended.entries[index], loaded?.entries[index], read[index]]) {
            expect(sameValue(entry?.payload, value)).toBe(true);
            expect(sameValue(entry?.refs, value)).toBe(true);
          }
        }
        expect(sameValue(loaded?.metadata, first)).toBe(true);
        const rows = await sql<{ payload: string; refs: string }>(
          bench.orm,
          `select payload, refs from journal_entries where thread_id = '${threadId}' order by seq`,
        );
        // The encoder knows no database: equal to it on each, the stored bytes are equal on all.
        const stored = values.map(value => encodeObject(value, 'payload', LIMITS));
        expect(rows.map(row => row.payload)).toEqual(stored);
        expect(rows.map(row => row.refs)).toEqual(stored);
      }),
      { numRuns: Number(process.env['VALUE_RUNS'] ?? 100) },
    );
  });

  test('a repeated append is recognised whatever its values are', async () => {
    await fc.assert(
      fc.asyncProperty(closedSetObject, async value => {
        const threadId = bench.id();
        const entries = [{ id: 'x', payload: value }];
        await bench.journal.append(threadId, entries);
        const again = await bench.journal.append(threadId, entries);
        expect(again.created).toBe(false);
        expect(sameValue(again.entries[0]?.payload, value)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
