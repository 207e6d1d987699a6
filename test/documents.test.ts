import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, quoted } from '../scripts/quote.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = (await readdir(root, { recursive: true })).filter(
  file => file.endsWith('.md') && !/node_modules|^dist/.test(file),
);

describe('the documents', () => {
  test.each(DOCUMENTS)('%s quotes its examples as they are; `npm run quote` does it', async document => {
    const text = await readFile(resolve(root, document), 'utf8');
    expect(text).toBe(await quoted(document));
    expect(text.match(/<!-- file:/g)?.length).toBeGreaterThan(0);
  });

  test.each(documents)('%s links to files that are there', async document => {
    const text = await readFile(resolve(root, document), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    expect(links.filter(link => !existsSync(resolve(root, dirname(document), link)))).toEqual([]);
  });

  test('every guarantee names a test', async () => {
    const text = await readFile(resolve(root, 'docs/guarantees.md'), 'utf8');
    const items = text.split(/^\d+\. /m).slice(1);
    expect(items.length).toBeGreaterThan(15);
    expect(items.filter(item => !/\]\(\.\.\/(test|src\/testing)\//.test(item))).toEqual([]);
  });
});

describe('the examples', () => {
  const run = (file: string, cwd: string): string =>
    execFileSync(process.execPath, [resolve(root, file)], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: undefined },
    });

  test('the quick start does what the README says it does', async () => {
    const cwd = resolve(root, 'examples/quick-start');
    for (const suffix of ['', '-wal', '-shm']) await rm(resolve(cwd, `app.db${suffix}`), { force: true });
    const output = run('examples/quick-start/main.ts', cwd).replace(/^.*\[migrator\].*\n/gm, '');
    const [, promised] = /```\n(conflict: [\s\S]*?)```/.exec(await readFile(resolve(root, 'README.md'), 'utf8')) ?? [];
    expect(output).toBe(promised);
  });

  test('the demo tells of a conflict, a retry and a thread that is there after reopening, twice in a row', () => {
    for (const _again of [1, 2]) {
      const output = run('examples/demo.ts', root);
      expect(output).toContain('is at rev 10, not 9');
      expect(output).toContain('second time: created false');
      expect(output).toContain('interview-scheduler-09 is at rev 12, hash ');
    }
  });
});
