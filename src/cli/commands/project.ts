import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ProjectionBuild,
  Projector,
  type ProjectorDefinition,
  ThreadJournal,
  type Upcasters,
} from '../../index.ts';
import { connected, type GlobalFlags } from '../connect.ts';
import { existing } from '../existing.ts';
import { CliError } from '../exit.ts';
import { labelOf } from '../explain.ts';
import { counted, grouped } from '../progress.ts';
import { printable, safeJson } from '../terminal.ts';

/** Lists every version of every projection that ever ran. */
export async function listProjections(flags: GlobalFlags): Promise<void> {
  await connected(existing(flags), flags, async ({ journal }) => {
    const builds = await journal.projections();
    console.log(flags.json ? safeJson(JSON.stringify(builds)) : builds.map(line).join('\n') || 'no projections yet');
  });
}

/** Shows one projection: its versions, how far each is behind, what it has parked. */
export async function showProjection(name: string, flags: GlobalFlags): Promise<void> {
  await connected(existing(flags), flags, async ({ journal }) => {
    const builds = await journal.projections();
    const details = builds.filter(build => build.name === name);
    if (details.length === 0) throw unknown(name, builds);
    console.log(flags.json ? safeJson(JSON.stringify(details)) : details.flatMap(lines).join('\n'));
  });
}

export interface ProjectRebuildFlags extends GlobalFlags {
  readonly projectors: string;
}

/** Builds the version that the host's code has now beside the live one, and swaps. */
export async function rebuildProjection(name: string, flags: ProjectRebuildFlags): Promise<void> {
  const { definition, upcasters } = await definitionOf(name, flags.projectors);
  const { version } = definition.projection;
  const where = existing(flags);
  await connected(where.by === 'url' ? { ...where, writes: true } : where, flags, async ({ em }) => {
    const journal = new ThreadJournal({ em }, { upcasters });
    const before = await journal.liveVersion(name);
    if (before !== undefined && before >= version) {
      const how = `version ${before} is live and the code has ${version}: raise the version in ${flags.projectors}`;
      throw new CliError(2, `${how}, so that a new one is built beside it`);
    }
    await new Projector({ journal, ...definition }).catchUp();
    const build = (await journal.projections()).find(found => found.name === name && found.version === version);
    const parked = build?.parked ?? 0;
    const replaced = before === undefined ? '' : ` in place of version ${before}, whose rows are yours to remove`;
    console.log(
      flags.json
        ? safeJson(JSON.stringify({ name, version, replaced: before ?? null, parked }))
        : `${printable(name)}: version ${version} is live${replaced}`,
    );
    if (parked > 0) throw new CliError(1, `${counted(parked, 'entry', 'entries')} parked: see project status ${name}`);
  });
}

interface Definitions {
  readonly default?: unknown;
  /** As the app's own journal has them: what the handler is given must be the same here and there. */
  readonly upcasters?: Upcasters | undefined;
}

/** The module's default export: a list of what `new Projector` takes, but for the journal. */
async function definitionOf(
  name: string,
  file: string,
): Promise<{ readonly definition: ProjectorDefinition; readonly upcasters: Upcasters | undefined }> {
  if (!existsSync(file)) throw new CliError(2, `${file} does not exist: pass the module that exports your projectors`);
  let exported: Definitions;
  try {
    exported = (await import(pathToFileURL(resolve(file)).href)) as Definitions;
  } catch (cause) {
    throw new CliError(2, `${file} fails when it is loaded (${labelOf(cause)}): run "node ${file}" to see why`, {
      cause,
    });
  }
  const { default: definitions, upcasters } = exported;
  const list = (Array.isArray(definitions) ? definitions : [definitions]) as readonly (
    | ProjectorDefinition
    | undefined
  )[];
  const found = list.find(definition => definition?.projection?.name === name);
  if (found !== undefined) return { definition: found, upcasters };
  const names = list.map(definition => JSON.stringify(definition?.projection?.name)).join(', ');
  throw new CliError(2, `${file} exports no projector of ${JSON.stringify(name)} by default, but of ${names}`);
}

function unknown(name: string, builds: readonly ProjectionBuild[]): CliError {
  const names = [...new Set(builds.map(build => JSON.stringify(build.name)))].join(', ');
  return new CliError(
    1,
    `no projection ${JSON.stringify(name)} ever ran here; there ${names === '' ? 'are none' : `is ${names}`}`,
  );
}

function line({ name, version, status, running, parked, error }: ProjectionBuild): string {
  const facts = [
    running ? 'running' : status === 'retired' ? '' : 'not running',
    parked > 0 ? `${grouped(parked)} parked` : '',
    error === undefined ? '' : `stopped: ${error.split('\n')[0]}`,
  ].filter(fact => fact !== '');
  return printable(`${name} ${version}  ${[status, ...facts].join(', ')}`);
}

function lines(build: ProjectionBuild): readonly string[] {
  const { lag, parkedEntries, parked } = build;
  const more = parked - parkedEntries.length;
  return [
    line(build),
    ...(lag === undefined ? [] : [`  behind    ${behind(lag)}`]),
    ...parkedEntries.map(({ threadId, seq, error }) =>
      printable(`  parked    ${threadId} seq ${seq}: ${error.split('\n')[0]}`),
    ),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : []),
  ];
}

function behind({ entries, since }: NonNullable<ProjectionBuild['lag']>): string {
  if (since === undefined) return 'nothing';
  return `${entries >= 1_000 ? '1,000 entries or more' : counted(entries, 'entry', 'entries')}, since ${new Date(since).toISOString()}`;
}
