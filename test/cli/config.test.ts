import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { eachBackend } from '../support/each-backend.ts';
import { cli, folder } from './cli.ts';

const SOURCE = pathToFileURL(new URL('../../src/index.ts', import.meta.url).pathname).href;

eachBackend(
  bench => {
    /** A folder with a config like a host's own, logging all it does. */
    async function host(name: string, exported: string, before = ''): Promise<string> {
      const cwd = await folder();
      const driver = bench.backend === 'postgresql' ? 'postgresql' : 'sqlite';
      const database =
        bench.backend === 'postgresql'
          ? `clientUrl: ${JSON.stringify(bench.database.url)}`
          : `dbName: ${JSON.stringify(bench.database.url.slice('sqlite:'.length))}, onCreateConnection: sqliteSetup()`;
      await writeFile(
        join(cwd, name),
        `import { defineConfig } from ${JSON.stringify(import.meta.resolve(`@mikro-orm/${driver}`))};
         import { journalEntities, sqliteSetup } from ${JSON.stringify(SOURCE)};
         ${before}
         const options = { ${database}, entities: [...journalEntities()], debug: true };
         export default ${exported};`,
      );
      return cwd;
    }

    test.each([
      ['an object, found by its usual name', 'mikro-orm.config.ts', 'defineConfig(options as object)', []],
      [
        'a function of the context',
        'host.mjs',
        'async name => defineConfig({ ...options, contextName: name })',
        ['--context', 'x'],
      ],
      [
        'an array of contexts',
        'host.js',
        "[{}, async () => ({ ...defineConfig(options), contextName: 'b' })]",
        ['--context', 'b'],
      ],
    ])("works on the host's own config: %s", async (_, name, exported, flags) => {
      const id = bench.id();
      await bench.journal.append(id, [{ kind: 'note', payload: { n: 1 } }]);
      const cwd = await host(name, exported);
      await writeFile(join(cwd, 'package.json'), '{"type":"module"}');
      const where = name.startsWith('mikro-orm') ? [] : ['--config', name];
      const shown = await cli(['show', id, ...where, ...flags], { cwd });
      expect(shown).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/ {2}note {9}\{"n":1\}\n$/) });
      // The host's debug log would have put statements, and payloads, among them.
      expect(shown.stdout.split('\n')).toHaveLength(3);
    });

    test("leaves the tables to the host's migrations, and their names to journalEntities()", async () => {
      const cwd = await host('mikro-orm.config.ts', 'defineConfig(options as object)');
      const refused = await cli(['migrate'], { cwd });
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/call createStorageTables\(this, \{ version: 1 \}\)/),
      });
      const flags = await cli(['threads', '--table-prefix', 'x_'], { cwd });
      expect(flags).toMatchObject({ code: 2, stderr: expect.stringMatching(/journalEntities/) });
    });
  },
  { on: sharedBackends },
);

test.each<[string, string, string, RegExp]>([
  ['an enum', 'host.ts', 'enum Colour { red }\nexport default {}', /node --import tsx/],
  [
    'a decorator',
    'host.ts',
    'const d = (..._: unknown[]) => {};\n@d class A {}\nexport default {}',
    /node --import tsx/,
  ],
  [
    'an import without .ts',
    'host.ts',
    "import { User } from './user';\nexport default { entities: [User] }",
    /node --import tsx/,
  ],
  [
    'an error of its own',
    'host.mjs',
    "throw new Error('canary-secret');",
    /fails when it is loaded \(Error\): run "node host\.mjs"/,
  ],
  [
    'a function that fails',
    'host.mjs',
    "export default () => { throw new TypeError('canary-secret'); }",
    /\(TypeError\): run "node/,
  ],
  ['no default export', 'host.mjs', 'export const options = {};', /must export the MikroORM options by default/],
  [
    'options that MikroORM refuses',
    'host.mjs',
    "export default { password: 'canary-secret' };",
    /MikroORM does not take host\.mjs/,
  ],
  [
    'a package that is missing',
    'host.ts',
    "import 'no-such-package';\nexport default {};",
    /imports no-such-package, which is not installed: npm i no-such-package/,
  ],
  [
    'another context',
    'host.mjs',
    "export default [{ contextName: 'a' }, { contextName: 'b' }]",
    /pass --context with one of "a", "b"/,
  ],
])('a config with %s is one line that says what to do', async (_, name, text, line) => {
  const cwd = await folder();
  await writeFile(join(cwd, name), text);
  const { code, stdout, stderr } = await cli(['threads', '--config', name], { cwd });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(line);
  expect(stderr).not.toContain('canary');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('neither flag nor config says what to pass; a config that is not there is named', async () => {
  const cwd = await folder();
  const nothing = await cli(['threads'], { cwd });
  expect(nothing).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^say where the journal is: --url [^\n]*--config[^\n]*\n$/),
  });
  const missing = await cli(['threads', '--config', 'none.ts'], { cwd });
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/^none\.ts does not exist: [^\n]*\n$/) });
});

test.each([
  ['sqlite', 'sqlite:./a.db', /needs its driver, which is not installed: npm i @mikro-orm\/sqlite@7\.2\.1$/],
  ['postgresql', 'postgresql://u:canary-secret@127.0.0.1:1/d', /installed: npm i @mikro-orm\/postgresql@7\.2\.1$/],
  ['core', 'sqlite:./a.db', /^thread-journal needs MikroORM: npm i @mikro-orm\/core@7\.2\.1 /],
])('where @mikro-orm/%s is not installed, the line says what to install', async (missing, url, line) => {
  // Node resolves everything as ever, but this one.
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name !== '@mikro-orm/${missing}') return next(name, context);
      throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
    } });`;
  const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  const { code, stderr } = await cli(['migrate', '--url', url], { cwd: await folder(), nodeFlags });
  expect(stderr.trimEnd()).toMatch(line);
  expect({ code, lines: stderr.split('\n').length, secret: stderr.includes('canary') }).toEqual({
    code: 2,
    lines: 2,
    secret: false,
  });
});
