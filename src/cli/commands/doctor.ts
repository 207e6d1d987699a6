import type { SqlEntityManager } from '@mikro-orm/sql';
import { renewAfterRestore } from '../../index.ts';
import type { Check } from '../check.ts';
import { checkDurability, checkVersion } from '../check-database.ts';
import { checkFeed } from '../check-feed.ts';
import { checkTables } from '../check-tables.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { existing } from '../existing.ts';
import { CliError } from '../exit.ts';
import { counted } from '../progress.ts';
import { printable, safeJson } from '../terminal.ts';

export interface DoctorFlags extends GlobalFlags {
  readonly afterRestore?: boolean | undefined;
}

/** Looks at what a journal needs of its database, and says what is wrong; 1 when something is. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  const where = existing(flags);
  await connected(where, flags, async ({ em }) => {
    const checks: Check[] = [];
    const add = (...found: readonly Check[]): void => {
      checks.push(...found);
      if (!flags.json) for (const check of found) console.log(line(check));
    };
    add(await checkVersion(em));
    if (flags.afterRestore) add(await renew(em));
    add(await checkTables(em));
    add(await checkDurability(em, where.by === 'config'));
    add(...(await checkFeed(em)));
    if (flags.json) console.log(safeJson(JSON.stringify({ checks })));
    const problems = checks.filter(({ result }) => result === 'problem').length;
    if (problems > 0) throw new CliError(1, counted(problems, 'problem'));
  });
}

async function renew(em: SqlEntityManager): Promise<Check> {
  try {
    const { renewed } = await renewAfterRestore(em);
    const says =
      renewed === 0 ? 'nothing to renew' : `${counted(renewed, 'entry', 'entries')}, nothing else was changed`;
    return { name: 'renewed', result: 'ok', says };
  } catch (error) {
    // insufficient_privilege
    if ((error as { readonly code?: unknown }).code !== '42501') throw error;
    throw new CliError(2, 'only the owner of the tables may renew: connect as that role', { cause: error });
  }
}

function line({ name, result, says }: Check): string {
  return `${result.padEnd(7)}  ${name.padEnd(13)}  ${printable(says)}`;
}
