import { type GlobalFlags, type Where, whereOf } from './connect.ts';
import { CliError } from './exit.ts';

/** Where the flags lead, for a command that only reads: opening a SQLite file that is not there would make one. */
export function existing(flags: GlobalFlags): Where {
  const where = whereOf(flags);
  if (where.by === 'config') return where;
  if (where.fileIsThere || where.target.driver !== 'sqlite') return { ...where, writes: false };
  throw new CliError(2, `${where.target.file} does not exist: check the path after sqlite:`);
}
