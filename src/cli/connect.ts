import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { MikroORM } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { ThreadJournal } from '../index.ts';
import { CliError } from './exit.ts';
import { labelOf } from './explain.ts';
import { type HostOptions, loadHostConfig, usualConfig } from './host-config.ts';
import { parseUrl, type Target } from './url.ts';
import { optionsOfUrl } from './url-options.ts';

/** The flags that every command takes. */
export interface GlobalFlags {
  readonly config?: string | undefined;
  readonly context?: string | undefined;
  readonly url?: string | undefined;
  readonly schema?: string | undefined;
  readonly tablePrefix?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface Connection {
  readonly em: SqlEntityManager;
  readonly journal: ThreadJournal;
}

/** Where the flags lead: a URL we open ourselves, or a host's config. */
export type Where =
  | { readonly by: 'url'; readonly target: Target; readonly fileIsThere: boolean; readonly writes: boolean }
  | { readonly by: 'config'; readonly file: string };

export function whereOf(flags: GlobalFlags): Where {
  const { url, config, context, schema, tablePrefix } = flags;
  if (url !== undefined) {
    if (config !== undefined) throw new CliError(2, 'pass --url or --config, not both');
    if (context !== undefined) throw new CliError(2, '--context picks from a --config file; with --url there is none');
    const target = parseUrl(url);
    if (target.driver === 'sqlite' && schema !== undefined) {
      throw new CliError(2, '--schema is for PostgreSQL: on SQLite a schema is another file; use --table-prefix');
    }
    return { by: 'url', target, fileIsThere: target.driver !== 'sqlite' || fileIsThere(target.file), writes: true };
  }
  if (schema !== undefined || tablePrefix !== undefined) {
    throw new CliError(2, '--schema and --table-prefix go with --url; a config says them to journalEntities()');
  }
  const file = config ?? usualConfig();
  if (file !== undefined) return { by: 'config', file };
  throw new CliError(
    2,
    'say where the journal is: --url sqlite:./file.db, --url postgresql://…, or --config mikro-orm.config.ts',
  );
}

function fileIsThere(file: string): boolean {
  const folder = dirname(file);
  if (existsSync(folder)) return existsSync(file);
  throw new CliError(2, `the folder ${folder} does not exist: check the path after sqlite:`);
}

/** Runs the job on an open connection, and closes it. */
export async function connected<T>(where: Where, flags: GlobalFlags, job: (to: Connection) => Promise<T>): Promise<T> {
  const host =
    where.by === 'config' ? await loadHostConfig(where.file, flags.context) : await optionsOfUrl(where, flags);
  const orm = await init(where, { ...host, ...OURS });
  const em = orm.em as unknown as SqlEntityManager;
  try {
    // Before anything of the journal's own, so that "cannot connect" is not taken for "has no tables".
    await em.getConnection().execute('select 1');
    return await job({ em, journal: new ThreadJournal({ em }) });
  } finally {
    await closeInTime(orm);
  }
}

async function init(where: Where, options: HostOptions): Promise<MikroORM> {
  try {
    return await MikroORM.init(options as never);
  } catch (error) {
    if (where.by === 'url') throw error;
    const how = 'check its driver, database and entities, for example with "npx mikro-orm debug"';
    throw new CliError(2, `MikroORM does not take ${where.file} (${labelOf(error)}): ${how}`, { cause: error });
  }
}

/** After a lost connection the pool may wait for it for ever; the process ends next anyway. */
async function closeInTime(orm: MikroORM): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, 2_000);
  await Promise.race([orm.close(true).catch(() => {}), late.promise]);
  clearTimeout(timer);
}

/** A command has no request context, and the ORM's log may print statements with payloads in them. */
const OURS: HostOptions = { allowGlobalContext: true, debug: false, logger: () => {}, ensureDatabase: false };
