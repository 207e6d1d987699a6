/**
 * `node examples/live-page/server.ts`, then open the address it prints: a thread, shown as it is written, by whatever
 * process. No web framework. For whoever may reach this port: put your own login in front of it.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { MikroORM } from '@mikro-orm/core';
import { JournalError, ThreadJournal, TimeoutError } from 'thread-journal';
import config from '../../mikro-orm.config.ts';

const { PORT = '8080', HEARTBEAT_MS = '15000' } = process.env;

const orm = await MikroORM.init(config as object);
await orm.migrator.up();
const journal = new ThreadJournal(orm as never);
const page = await readFile(new URL('./page.html', import.meta.url));

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    const theirs = error instanceof JournalError || error instanceof URIError || error instanceof SyntaxError;
    if (!theirs) console.error(error);
    response.writeHead(theirs ? 400 : 500).end();
  });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const [, name = '', what = ''] = /^\/threads\/([^/]+)\/(events|entries)$/.exec(path) ?? [];
  const threadId = decodeURIComponent(name);
  const asked = `${request.method} ${what === '' ? path : what}`;
  if (asked === 'GET /') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  else if (asked === 'GET events') await streamEvents(threadId, request, response);
  else if (asked === 'POST entries') await append(threadId, request, response);
  else response.writeHead(404).end();
}

/** A page of another site can post a form here, but not JSON. */
async function append(threadId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { 'content-type': type, 'content-length': length } = request.headers;
  if (type !== 'application/json' || !(Number(length) < 100_000)) return void response.writeHead(400).end();
  await journal.append(threadId, [{ kind: 'message', payload: { role: 'user', content: await json(request) } }]);
  response.writeHead(204).end();
}

/**
 * Each entry is an event with its seq as the id. A browser that comes back names the last one it has. (Where threads are
 * deleted and made again under the same id, put `head().generation` into the event's id, too.)
 */
async function streamEvents(threadId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const last = request.headers['last-event-id'];
  const fromSeq = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) + 1 : 0;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  // Proxies cut a connection that says nothing.
  const heartbeat = setInterval(() => response.write(':\n\n'), Number(HEARTBEAT_MS));
  try {
    // What the browser has seen is no more: deleted, or a backup was put back.
    const rev = (await journal.head(threadId))?.rev ?? 0;
    if (fromSeq > rev) return void response.write('event: failed\ndata: gone\n\n');
    // Not `stream`: an Observable pushes, and what a slow client does not take would pile up here. `follow` reads on
    // when this loop does.
    for await (const entry of journal.follow(threadId, { fromSeq, signal: gone.signal })) {
      const taken = response.write(`id: ${entry.seq}\ndata: ${JSON.stringify(entry, plain)}\n\n`);
      if (!taken) await once(response, 'drain', { signal: gone.signal });
    }
  } catch (error) {
    if (gone.signal.aborted) return;
    // What may pass by itself, as a database that is away, the browser tries again; a deleted thread does not pass.
    if (!(error instanceof JournalError) || error instanceof TimeoutError) return console.error(error);
    response.write(`event: failed\ndata: ${error.code}\n\n`);
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

/** What an entry can hold and JSON cannot, a page gets as text. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://localhost:${typeof address === 'object' ? address?.port : PORT}/?thread=hello`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    server.close();
    await journal.close(); // ends the streams
    server.closeAllConnections();
    await orm.close();
  });
}
