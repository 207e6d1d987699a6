import type { TestProject } from 'vitest/node';
import { checkNode } from '../../src/cli/node-version.ts';
import { createSchema, wantedBackends } from './backends.ts';
import { asSuperuser, startPostgres, withDatabase } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the PostgreSQL server of this run, or undefined when BACKENDS leaves it out. */
    postgresUrl: string | undefined;
  }
}

/** One server a run; each test file gets its own database, copied from this template. */
export const TEMPLATE = 'thread_journal_template';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const problem = checkNode(process.versions.node);
  if (problem !== undefined) throw new Error(problem);
  const wanted = wantedBackends();
  console.log(`\nDatabases of this run: ${wanted.join(', ')}`);
  if (!wanted.includes('postgresql')) {
    project.provide('postgresUrl', undefined);
    return async () => {};
  }
  const given = process.env['DATABASE_URL'];
  const server = given === undefined ? await startPostgres() : { url: given, stop: async () => {} };
  console.log(given === undefined ? 'PostgreSQL: embedded, of this run' : 'PostgreSQL: the server of DATABASE_URL');
  await asSuperuser(server.url, `drop database if exists ${TEMPLATE}`, `create database ${TEMPLATE}`);
  await createSchema(withDatabase(server.url, TEMPLATE));
  project.provide('postgresUrl', server.url);
  return async () => {
    await asSuperuser(server.url, `drop database if exists ${TEMPLATE}`);
    await server.stop();
  };
}
