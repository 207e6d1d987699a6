import { type GlobalFlags, type Where, whereOf } from './connect.ts';
import { CliError } from './exit.ts';

/** Where the flags lead, for a command that only reads: opening a SQLite file that is not there would make one. */
export function existing(flags: GlobalFlags): Where {
  const where = whereOf(flags);
  if (where.by === 'config' || where.fileIsThere || where.target.driver !== 'sqlite') return where;
  throw new CliError(2, `${where.target.file} does not exist: check the path after sqlite:`);
}
