import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkNode } from '../../src/cli/node-version.ts';
import { folder, spawned } from './cli.ts';

test('Node from 22.18 on is taken, anything older is not', () => {
  for (const version of ['22.18.0', '22.19.1', '24.0.0', '100.1.2']) expect(checkNode(version)).toBeUndefined();
  for (const version of ['22.17.1', '22.9.0', '20.20.2', '8.0.0', '18.99.0']) {
    expect(checkNode(version)).toMatch(new RegExp(`needs Node 22\\.18 or newer, this is ${version}`));
  }
});

const old = nodesOnPath().find(node => checkNode(versionOf(node)) !== undefined);

test.skipIf(old === undefined)(
  `an old Node gets one line and exit code 2${old === undefined ? ' (skipped: no Node older than 22.18 is on the PATH)' : ''}`,
  async () => {
    const bin = await withoutTypes();
    const { code, stdout, stderr } = await spawned(old ?? '', [bin, 'threads']);
    expect(stderr).toMatch(/^thread-journal needs Node 22\.18 or newer, this is [\d.]+: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  },
);

function nodesOnPath(): readonly string[] {
  return (process.env['PATH'] ?? '').split(':').map(path => join(path, 'node'));
}

function versionOf(node: string): string {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).trim().slice(1);
  } catch {
    // Nothing of that name there: as good as a Node that is new enough.
    return process.versions.node;
  }
}

/** The bin as the package ships it, as far as an old Node ever reads: its two first files. */
async function withoutTypes(): Promise<string> {
  const into = await folder();
  for (const name of ['bin', 'node-version']) {
    const source = readFileSync(new URL(`../../src/cli/${name}.ts`, import.meta.url), 'utf8');
    await writeFile(join(into, `${name}.mjs`), stripTypeScriptTypes(source).replaceAll(".ts'", ".mjs'"));
  }
  return join(into, 'bin.mjs');
}
