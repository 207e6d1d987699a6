import { createInterface } from 'node:readline/promises';
import { StorageNotMigratedError } from '../index.ts';
import { createTablesSql } from '../migrations/index.ts';
import type { Connection, GlobalFlags } from './connect.ts';
import { CliError } from './exit.ts';

/** Whether the tables and their guards are there. */
export async function hasTables({ journal }: Connection): Promise<boolean> {
  try {
    for await (const _ of journal.threads({ limit: 1 })) break;
    return true;
  } catch (error) {
    if (error instanceof StorageNotMigratedError) return false;
    throw error;
  }
}

/** Version 1's tables in one transaction. No row for any host's migrations: this database has no host. */
export async function createTables(to: Connection, { schema, tablePrefix = '' }: GlobalFlags): Promise<void> {
  const statements = createTablesSql(to.em.getPlatform(), { schema, tablePrefix });
  try {
    await to.em.fork().transactional(async em => {
      for (const statement of statements) await em.execute(statement);
    });
  } catch (error) {
    // Somebody else may have made them in the meantime.
    if (await hasTables(to)) return;
    if (!/already exists/.test(String((error as Error).message))) throw error;
    throw new CliError(
      2,
      'some of the journal tables are there, but not all, or without their guards: drop them, or pass another --table-prefix',
    );
  }
}

/** Asks on a terminal; elsewhere the answer is no. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
