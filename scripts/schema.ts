/** `npm run schema`: rewrites the dumped schemas in docs/schema, for review. A test fails while they differ. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSchema, openOrm } from '../test/support/backends.ts';
import { dumpSchema } from '../test/support/dump-schema.ts';
import { startPostgres, withDatabase } from '../test/support/postgres.ts';

const target = new URL('../docs/schema/', import.meta.url);
await mkdir(target, { recursive: true });

async function dump(url: string, file: string): Promise<void> {
  await createSchema(url);
  const orm = await openOrm(url);
  await writeFile(new URL(file, target), await dumpSchema(orm));
  await orm.close();
  console.log(`docs/schema/${file}`);
}

const folder = await mkdtemp(join(tmpdir(), 'thread-journal-'));
await dump(`sqlite:${join(folder, 'journal.db')}`, 'sqlite.sql');
await rm(folder, { recursive: true });

const server = await startPostgres();
await dump(withDatabase(server.url, 'postgres'), 'postgresql.sql');
await server.stop();
