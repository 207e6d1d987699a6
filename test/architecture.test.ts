import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** The storeys of the house, from the ground up. A room imports from rooms below it, through their doors. */
const STOREYS: readonly (readonly string[])[] = [
  ['errors'],
  ['feed-errors', 'agent-errors', 'projection-errors'],
  ['values'],
  ['options'],
  ['dialects'],
  ['journal', 'migrations'],
  ['snapshots', 'checkpoints', 'live'],
  ['projections', 'testing', 'agents'],
  ['entities', 'thread-journal'],
  ['index'],
  ['cli'],
];

/** Rooms that may know which databases there are. */
const KNOW_DATABASES = ['dialects', 'migrations', 'cli', 'errors', 'feed-errors', 'options'];

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly targetRoom: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
const roomOf = (file: string): string => (file.split('/')[0] ?? '').replace(/\.ts$/, '');
const storeyOf = (room: string): number => STOREYS.findIndex(rooms => rooms.includes(room));

const imports: readonly Import[] = files.flatMap(file => {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, specifier = '']) => {
    const target = relative(SRC, resolve(SRC, dirname(file), specifier));
    return { file, room: roomOf(file), target, targetRoom: roomOf(target) };
  });
});

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

const between = imports.filter(({ room, targetRoom }) => room !== targetRoom);

test('enough was read for the rest to mean something', () => {
  expect(files.length).toBeGreaterThan(60);
  expect(imports.length).toBeGreaterThan(150);
  expect(between.length).toBeGreaterThan(60);
});

test('every room has its storey', () => {
  expect([...new Set(files.map(roomOf))].filter(room => storeyOf(room) === -1)).toEqual([]);
});

describe('imports go downstairs only, through doors', () => {
  test.each(between)('$file → $target', ({ room, target, targetRoom }) => {
    // The command is a room of the top storey, but uses the migrations' statements and the codec beside the public door.
    expect(storeyOf(targetRoom)).toBeLessThan(storeyOf(room));
    expect(target).toMatch(/^[^/]+\.ts$|\/index\.ts$/);
  });
});

test('the command uses the public door, and names what else it takes', () => {
  const taken = between.filter(({ room, targetRoom }) => room === 'cli' && targetRoom !== 'index');
  expect([...new Set(taken.map(({ target }) => target))].sort()).toEqual(
    ['dialects/index.ts', 'migrations/index.ts', 'values/index.ts'].filter(door =>
      taken.some(({ target }) => target === door),
    ),
  );
});

describe('only dialects and migrations know that there are two databases', () => {
  const others = files.filter(file => !KNOW_DATABASES.includes(roomOf(file)));
  test.each(others)('%s', file => {
    const code = withoutComments(readFileSync(join(SRC, file), 'utf8'))
      .replace(/['"]\.[^'"]*['"]/g, '')
      .replaceAll('sqliteSetup', '');
    expect(code).not.toMatch(/postgres|sqlite|pg_|json_each|unnest|pragma|xid8|::text/i);
  });
  test('and the rule would see one', () => {
    expect(readFileSync(join(SRC, 'dialects/sqlite.ts'), 'utf8')).toMatch(/sqlite|pragma/i);
  });
});

test('no file is a house of its own', () => {
  const long = files
    .map(file => ({ file, lines: withoutComments(readFileSync(join(SRC, file), 'utf8')).split(/\n+/).length }))
    .filter(({ lines }) => lines > 200);
  expect(long).toEqual([]);
});
