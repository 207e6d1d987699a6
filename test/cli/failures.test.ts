import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { withDatabase } from '../support/postgres.ts';
import { cli, file, jsonl, type Outcome } from './cli.ts';

const SECRET = 'canary-password';
const PAYLOAD = 'canary-payload';
const postgres = inject('postgresUrl');

/** One line on stderr, nothing on stdout, exit code 2, and no secret anywhere. */
function expectRefusal({ code, stdout, stderr }: Outcome, line: RegExp): void {
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(line);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toMatch(/canary|postgres(ql)?:\/\/\w+:/);
}

function secretUrl(url: string, change: (at: URL) => void = () => {}): string {
  const at = new URL(url);
  at.password = SECRET;
  change(at);
  return at.toString();
}

describe('no password and no payload in any error line, and each says what to do', () => {
  let silent: Server;
  let port = 0;
  beforeAll(async () => {
    // Takes a connection and hangs up: neither refused nor PostgreSQL.
    silent = createServer(socket => socket.destroy());
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    port = (silent.address() as { port: number }).port;
  });
  afterAll(() => new Promise(resolve => silent.close(resolve)));

  const input = jsonl([{ threadId: 't', payload: { text: PAYLOAD } }]);
  /** One that reads, one that may ask, one that makes tables; the others connect as the first does. */
  const inAll = (flags: readonly string[]): Promise<readonly Outcome[]> =>
    Promise.all([['threads'], ['import', '-'], ['migrate']].map(command => cli([...command, ...flags], { input })));

  test.each<[string, RegExp, () => string]>([
    ['nobody listens', /start the database server/, () => '127.0.0.1:1'],
    ['it hangs up', /broke|does not answer/, () => `127.0.0.1:${port}`],
    ['no such host', /host of the URL is not known/, () => 'nowhere.invalid'],
  ])('%s', async (_, line, host) => {
    for (const outcome of await inAll(['--url', `postgresql://u:${SECRET}@${host()}/d`])) expectRefusal(outcome, line);
  });

  test.each<[string, RegExp, readonly string[]]>([
    ['another database', /--url must be/, ['--url', `mysql://u:${SECRET}@h/d`]],
    ['not a URL', /not a valid URL/, ['--url', `postgresql://u:${SECRET}/@h:1/d`]],
    ['no database', /names no database/, ['--url', `postgresql://u:${SECRET}@h:1`]],
    ['connection keywords', /--url must be/, ['--url', `host=h password=${SECRET}`]],
    ['a flag misspelt', /unknown option/, [`--ulr=postgresql://u:${SECRET}@h/d`]],
    ['an argument too many', /unknown|too many/, ['a', 'b', `--x=password=${SECRET}`]],
    ['both flags', /not both/, ['--url', `postgresql://u:${SECRET}@h/d`, '--config', 'x.ts']],
  ])('%s', async (_, line, flags) => {
    expectRefusal(await cli(['import', '-', ...flags], { input }), line);
  });

  describe.skipIf(postgres === undefined)(
    `on PostgreSQL${postgres === undefined ? ' (skipped: not in this run)' : ''}`,
    () => {
      const server = withDatabase(postgres ?? 'postgresql://none', 'postgres');
      test.each<[string, RegExp, string]>([
        ['a wrong password', /refused the user or the password/, secretUrl(server)],
        [
          'a wrong user',
          /refused the user or the password/,
          secretUrl(server, at => {
            at.username = 'nobody';
          }),
        ],
        ['no such database', /no such database: create it/, server.replace(/postgres$/, 'not_there')],
        ['SSL where there is none', /does not speak SSL/, `${server}?sslmode=verify-full`],
      ])('%s', async (_, line, url) => {
        expectRefusal(await cli(['export', '--url', url]), line);
      });

      test('no password at all; PGPASSWORD is one', async () => {
        const at = new URL(server);
        const { password } = at;
        at.password = '';
        expectRefusal(await cli(['threads', '--url', at.toString()], { env: { PGPASSWORD: '' } }), /password/);
        const given = await cli(['threads', '--url', at.toString()], { env: { PGPASSWORD: password } });
        expectRefusal(given, /run "thread-journal migrate"/);
      });
    },
  );
});

test('files that are not what they should be are named', async () => {
  const notDatabase = await file('this is a text, and a long one at that: no database\n', 'text.db');
  expectRefusal(await cli(['threads', '--url', `sqlite:${notDatabase}`]), /not a SQLite database/);
  expectRefusal(
    await cli(['migrate', '--url', 'sqlite:/no/such/folder/a.db']),
    /folder \/no\/such\/folder does not exist/,
  );
  expectRefusal(await cli(['migrate', '--url', 'sqlite::memory:']), /needs a file/);
  expectRefusal(await cli(['import', 'none.jsonl', '--url', 'sqlite:a.db']), /none\.jsonl cannot be read \(ENOENT\)/);
  expectRefusal(await cli(['import', '/tmp', '--url', 'sqlite:a.db']), /is a folder/);
});

test('usage errors are one line and exit code 2', async () => {
  const url = ['--url', 'sqlite:/tmp/none.db'];
  expectRefusal(await cli(['bogus']), /unknown command 'bogus'/);
  expectRefusal(await cli(['imprt', 'x']), /Did you mean import\?/);
  expectRefusal(await cli(['import']), /missing required argument 'file'/);
  expectRefusal(await cli(['show', 't', '--tail', '-1', ...url]), /whole number/);
  expectRefusal(await cli(['show', 't', '--tail', '1', '--from', '2', ...url]), /pass --tail, or --from/);
  expectRefusal(
    await cli(['export', '--format', 'xml', ...url]),
    /Allowed choices are conversations, entries, messages/,
  );
  expectRefusal(await cli(['threads', '--context', 'a', ...url]), /--context picks from a --config file/);
});

test('help and version are exit code 0 and say what there is', async () => {
  const help = await cli(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const word of ['migrate', 'import', 'export', 'threads', 'show', '--url', '--config', 'Exit codes']) {
    expect(help.stdout).toContain(word);
  }
  expect((await cli(['import', '--help'])).stdout).toContain('"messages"');
  expect(await cli(['--version'])).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/),
  });
});
