import { type Platform, Type } from '@mikro-orm/core';

/**
 * Column types that ask the platform for their name, so that one set of entities has an empty schema diff on both
 * databases.
 */

/** Place in the feed of all threads. SQLite only auto-increments a column declared `integer`. */
export class Position extends Type<number, number | string> {
  override convertToJSValue(value: number | string): number {
    return Number(value);
  }
  override getColumnType(_prop: unknown, platform: Platform): string {
    return isPostgres(platform) ? 'bigint' : 'integer';
  }
  override compareAsType(): string {
    return 'number';
  }
}

/** The top-level transaction that appended the row (PostgreSQL); 0 on SQLite, where position order is commit order. */
export class TransactionId extends Type<string, string | number> {
  override convertToJSValue(value: string | number): string {
    return String(value);
  }
  override getColumnType(_prop: unknown, platform: Platform): string {
    return isPostgres(platform) ? 'xid8' : 'integer';
  }
  override compareAsType(): string {
    return 'string';
  }
}

/**
 * By the names on the prototype chain, not by class identity: a host with a second copy of `@mikro-orm/sql` would
 * break `instanceof`.
 */
export function isPostgres(platform: object): boolean {
  return isPlatform(platform, 'BasePostgreSqlPlatform');
}

export function isSqlite(platform: object): boolean {
  return isPlatform(platform, 'SqlitePlatform');
}

function isPlatform(platform: object, name: string): boolean {
  for (let proto = Object.getPrototypeOf(platform); proto !== null; proto = Object.getPrototypeOf(proto)) {
    if (proto.constructor?.name === name) return true;
  }
  return false;
}
