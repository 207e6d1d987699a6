import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError } from './exit.ts';
import { labelOf } from './explain.ts';

/** A host's MikroORM options. What is in them is the host's and MikroORM's business. */
export type HostOptions = Readonly<Record<string, unknown>>;

const USUAL = ['mikro-orm.config.ts', 'mikro-orm.config.js', 'mikro-orm.config.mjs', 'src/mikro-orm.config.ts'];

/** The config file there is without being named. */
export function usualConfig(): string | undefined {
  return USUAL.find(name => existsSync(name));
}

/**
 * The options that a config file exports by default: an object, a function of the context's name, or an array of
 * either, from which `context` picks by `contextName`. Promises are awaited.
 */
export async function loadHostConfig(file: string, context: string | undefined): Promise<HostOptions> {
  if (!existsSync(file)) throw new CliError(2, `${file} does not exist: pass the path of your mikro-orm.config file`);
  const exported: unknown = (await importConfig(file)).default;
  const candidates = Array.isArray(exported) ? exported : [exported];
  const options: HostOptions[] = [];
  for (const candidate of candidates) options.push(await optionsOf(candidate, file, context));
  const wanted = context ?? 'default';
  const named = options.find(({ contextName = 'default' }) => contextName === wanted);
  const found = named ?? (options.length === 1 && context === undefined ? options[0] : undefined);
  if (found !== undefined) return found;
  const names = options.map(({ contextName = 'default' }) => JSON.stringify(contextName)).join(', ');
  throw new CliError(2, `${file} has no context ${JSON.stringify(wanted)}: pass --context with one of ${names}`);
}

async function optionsOf(candidate: unknown, file: string, context: string | undefined): Promise<HostOptions> {
  const name = context ?? 'default';
  const options: unknown = await (typeof candidate === 'function' ? called(candidate, name, file) : candidate);
  if (typeof options === 'object' && options !== null) return options as HostOptions;
  throw new CliError(2, `${file} must export the MikroORM options by default: an object, a function or an array`);
}

async function called(make: object, context: string, file: string): Promise<unknown> {
  try {
    return await (make as (context: string) => unknown)(context);
  } catch (error) {
    throw failed(file, error);
  }
}

async function importConfig(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown };
  } catch (error) {
    throw failed(file, error);
  }
}

/** Node strips types and no more: decorators, enums and imports without `.ts` need a loader. */
function failed(file: string, error: unknown): CliError {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  const missing = /^Cannot find package '([\w@/.-]+)'/.exec(String(message))?.[1];
  const needsLoader =
    error instanceof SyntaxError || /TYPESCRIPT|TYPE_STRIPPING|MODULE_NOT_FOUND|DIR_IMPORT/.test(String(code));
  if (missing !== undefined) {
    // The newest of MikroORM's packages do not always agree with each other.
    const version = missing.startsWith('@mikro-orm/') ? '@7.2.1' : '';
    const line = `${file} imports ${missing}, which is not installed: npm i ${missing}${version}`;
    return new CliError(2, line, { cause: error });
  }
  const why = `(${labelOf(error)})`;
  if (needsLoader && /\.[cm]?ts$/.test(file)) {
    const how = `npm i -D tsx, then run it as: node --import tsx ${process.argv[1] ?? 'thread-journal'} …`;
    const line = `${file} is more TypeScript than Node runs by itself ${why}: decorators, enums, imports without ".ts"; ${how}`;
    return new CliError(2, line, { cause: error });
  }
  return new CliError(2, `${file} fails when it is loaded ${why}: run "node ${file}" to see why`, { cause: error });
}
