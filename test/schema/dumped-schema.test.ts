import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { dumpSchema } from '../support/dump-schema.ts';
import { eachBackend } from '../support/each-backend.ts';

eachBackend(
  bench => {
    test('the schema is the reviewed one; `npm run schema` writes it anew', async () => {
      const reviewed = await readFile(new URL(`../../docs/schema/${bench.backend}.sql`, import.meta.url), 'utf8');
      expect(await dumpSchema(bench.orm)).toBe(reviewed);
    });
  },
  { on: sharedBackends },
);
