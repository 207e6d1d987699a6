import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { ThreadJournal } from '../../src/index.ts';
import { ENV } from '../cli/cli.ts';
import { type Orm, openOrm, sharedBackends } from '../support/backends.ts';
import { asSuperuser, withDatabase } from '../support/postgres.ts';

const SERVER = fileURLToPath(new URL('../../examples/live-page/server.ts', import.meta.url));
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(CHROMIUM);
const skipped = `skipped: no browser at ${CHROMIUM}; apt-get install chromium, or set CHROMIUM_PATH`;
if (!hasBrowser) process.stdout.write(`The live page is tested without a browser (${skipped})\n`);

/** Browsers are slow to start on a busy machine. */
const PATIENT = { timeout: 20_000 };

/** The control: an EventSource that connects anew by itself, as a client made by hand would, and forgets the last id. */
const FORGETFUL = `
  globalThis.EventSource = class Forgetful extends EventSource {
    constructor(url) {
      super(url);
      this.addEventListener('error', () => {
        this.close();
        setTimeout(() => {
          const { onopen, onerror, onmessage } = this;
          Object.assign(new Forgetful(url), { onopen, onerror, onmessage });
        }, 100);
      });
    }
  };`;

/** The example's server in a process of its own, as its first lines say to start it. */
interface Example {
  readonly url: string;
  /** At once, as a crash does. */
  kill(): Promise<void>;
  /** As Ctrl-C does; the exit code. */
  interrupt(): Promise<number | null>;
}

let browser: Browser | undefined;
afterAll(() => browser?.close());

describe.each(sharedBackends)('%s', backend => {
  let cwd: string;
  let env: NodeJS.ProcessEnv;
  let drop: () => Promise<void>;
  let example: Example;
  let orm: Orm;
  /** This process appends too: for the server it is another one. */
  let journal: ThreadJournal;
  let threadId: string;
  let count = 0;

  async function start(port = '0'): Promise<Example> {
    const child = spawn(process.execPath, [SERVER], { cwd, env: { ...env, PORT: port }, stdio: 'pipe' });
    const closed = once(child, 'close');
    let said = '';
    child.stderr.on('data', chunk => {
      said += String(chunk);
    });
    const line = await Promise.race([once(createInterface(child.stdout), 'line'), closed]);
    const url = /^http:\/\/localhost:\d+/.exec(String(line[0]))?.[0];
    if (url === undefined) throw new Error(`the example did not start: ${said}`);
    const end = async (signal: NodeJS.Signals): Promise<number | null> => {
      child.kill(signal);
      return (await closed)[0] as number | null;
    };
    return {
      url,
      kill: async () => void (await end('SIGKILL')),
      interrupt: () => end('SIGINT'),
    };
  }

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'thread-journal-page-'));
    const { DATABASE_URL: _, ...clean } = ENV;
    const server = inject('postgresUrl') ?? '';
    const name = `tj_page_${randomBytes(6).toString('hex')}`;
    const url = backend === 'postgresql' ? withDatabase(server, name) : `sqlite:${join(cwd, 'demo.db')}`;
    if (backend === 'postgresql') await asSuperuser(server, `create database ${name}`);
    drop = async () => {
      if (backend === 'postgresql') await asSuperuser(server, `drop database ${name} with (force)`);
      await rm(cwd, { recursive: true, force: true });
    };
    env = { ...clean, HEARTBEAT_MS: '100', ...(backend === 'postgresql' ? { DATABASE_URL: url } : {}) };
    example = await start();
    orm = await openOrm(url);
    journal = new ThreadJournal(orm);
  });
  afterAll(async () => {
    await example.kill();
    await journal.close();
    await orm.close(true);
    await drop();
  });
  beforeEach(() => {
    count += 1;
    threadId = `thread / ${count}`;
  });

  const path = (what: string): string => `${example.url}/threads/${encodeURIComponent(threadId)}/${what}`;
  const say = (content: string) => journal.append(threadId, [{ kind: 'message', payload: { content } }]);

  /** What the server sends until it has all been seen; `first` is done once the first of it is. */
  async function sent(
    wanted: readonly RegExp[],
    { last, first }: { readonly last?: string; readonly first?: () => Promise<unknown> } = {},
  ): Promise<string> {
    const leave = new AbortController();
    const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
    const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(10_000)]);
    const response = await fetch(path('events'), { headers, signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    let done = false;
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (wanted.every(pattern => pattern.test(text))) break;
      if (done || wanted[0]?.test(text) !== true) continue;
      done = true;
      await first?.();
    }
    leave.abort();
    return text;
  }

  test('each entry is an event with its seq as id, comes once, and a comment is sent now and then', async () => {
    await journal.append(threadId, [{}, { payload: { big: 1n, text: 'two\nlines' } }]);
    const text = await sent([/^id: 1$/m, /^:$/m]);
    expect(text).toMatch(/^retry: 1000\n\n/);
    expect(text.match(/^id: .*/gm)).toEqual(['id: 0', 'id: 1']);
    const [, second = ''] = text.match(/^data: .*/gm) ?? [];
    expect(JSON.parse(second.slice('data: '.length))).toMatchObject({
      seq: 1,
      payload: { big: '1', text: 'two\nlines' },
    });
    expect((await sent([/^id:/m], { last: '0' })).match(/^id: .*/gm)).toEqual(['id: 1']);
    expect((await sent([/^id: 1/m], { last: 'no seq' })).match(/^id: .*/gm)).toEqual(['id: 0', 'id: 1']);
  });

  test('a deleted thread ends the stream with its code, which no coming back would change', async () => {
    await journal.append(threadId, [{}]);
    const text = await sent([/^id: 0$/m, /^event: failed$/m], { first: () => journal.delete(threadId) });
    expect(text).toMatch(/\n\nevent: failed\ndata: thread_deleted\n\n$/);
    // Who comes back later has seen what is not there.
    expect(await sent([/^event: failed\ndata: gone$/m], { last: '0' })).not.toContain('id:');
  });

  test('takes messages as JSON of its own pages only', async () => {
    const post = async (type: string, body: string, at = path('entries')): Promise<number> =>
      (await fetch(at, { method: 'POST', headers: { 'content-type': type }, body })).status;
    expect(await post('application/json', '"hello"')).toBe(204);
    expect(await post('application/x-www-form-urlencoded', '"hello"')).toBe(400);
    expect(await post('application/json', `"${'x'.repeat(100_000)}"`)).toBe(400);
    expect(await post('application/json', '"hello')).toBe(400);
    expect(await post('application/json', '""', `${example.url}/threads/%ff/entries`)).toBe(400);
    expect(await post('application/json', '""', `${example.url}/elsewhere`)).toBe(404);
    expect(await journal.load(threadId)).toMatchObject({ rev: 1 });
  });

  test('the server ends by Ctrl-C, also while a stream is open', async () => {
    await journal.append(threadId, [{}]);
    const ended = await sent([/^id: 0$/m, /no such event/], {
      first: async () => expect(await example.interrupt()).toBe(0),
    });
    expect(ended).not.toContain('event:');
    example = await start();
  });

  describe.skipIf(!hasBrowser)(`in a browser${hasBrowser ? '' : ` (${skipped})`}`, () => {
    afterEach(async () => {
      for (const context of browser?.contexts() ?? []) await context.close();
    });

    async function open(script = ''): Promise<Page> {
      browser ??= await chromium.launch({ executablePath: CHROMIUM });
      const page = await browser.newPage();
      await page.addInitScript(script);
      await page.goto(`${example.url}/?thread=${encodeURIComponent(threadId)}`);
      return page;
    }
    const texts = (page: Page): Promise<string[]> => page.locator('li').allTextContents();
    /** In the order of the page. */
    const seqs = async (page: Page): Promise<number[]> => (await texts(page)).map(text => Number.parseInt(text, 10));
    const live = (page: Page) => page.getByText('live', { exact: true }).waitFor();

    test('entries that this process and another one append appear, as text whatever they say', async () => {
      await say('first');
      const page = await open();
      await expect.poll(() => texts(page), PATIENT).toEqual([expect.stringMatching(/^0 · message · .*first$/)]);
      await say('<img src=x onerror="document.title=\'taken over\'">');
      await page.getByLabel('message').fill('from the form');
      await page.getByRole('button').click();
      await expect.poll(() => seqs(page), PATIENT).toEqual([0, 1, 2]);
      expect((await texts(page))[1]).toContain('<img src=x');
      expect((await texts(page))[2]).toContain('from the form');
      expect([await page.locator('img').count(), await page.title()]).toEqual([0, 'A thread, live']);
    });

    test('a page whose server was killed comes back without a gap or a double', { timeout: 180_000 }, async () => {
      await journal.append(threadId, [{}, {}, {}]);
      const page = await open();
      const forgetful = await open(FORGETFUL);
      for (const each of [page, forgetful]) await expect.poll(() => seqs(each), PATIENT).toEqual([0, 1, 2]);
      await example.kill();
      for (const each of [page, forgetful]) await each.getByText('connection lost').waitFor();
      await journal.append(threadId, [{}, {}]);
      example = await start(new URL(example.url).port);
      for (const each of [page, forgetful]) await live(each);
      await say('after');
      await expect.poll(() => seqs(page), PATIENT).toEqual([0, 1, 2, 3, 4, 5]);
      await expect.poll(() => seqs(forgetful), PATIENT).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5]);
    });

    test.runIf(backend === 'postgresql')('a page that is closed frees what the server listened with', async () => {
      const listening = async (): Promise<number> => {
        const rows: readonly unknown[] = await orm.em
          .fork()
          .execute(
            `select 1 from pg_stat_activity where application_name = 'thread-journal listen' and datname = current_database()`,
          );
        return rows.length;
      };
      const page = await open();
      await expect.poll(listening, PATIENT).toBe(1);
      await page.close();
      await expect.poll(listening, PATIENT).toBe(0);
    });
  });
});
