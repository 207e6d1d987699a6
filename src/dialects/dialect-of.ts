import { InvalidArgumentError } from '../errors.ts';
import { isPostgres, isSqlite } from './columns.ts';
import type { Dialect } from './dialect.ts';
import { postgres } from './postgres.ts';
import { sqlite } from './sqlite.ts';

/** The one place that asks which database it is. */
export function dialectOf(platform: object): Dialect {
  if (isPostgres(platform)) return postgres;
  if (isSqlite(platform)) return sqlite;
  throw new InvalidArgumentError({ argument: 'orm', reason: 'must be on PostgreSQL or SQLite' });
}
