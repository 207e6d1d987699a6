/**
 * `node bench/profile.ts append|many|load PostgreSQL|SQLite [full|normal]`: where the time of one call goes, by the
 * parts that it passes through, from the sampling profiler. `append`: one writer; `many`: 64 at once.
 */
import { Session } from 'node:inspector/promises';
import { performance } from 'node:perf_hooks';
import { ThreadJournal } from '../src/index.ts';
import { startDatabases } from './databases.ts';
import { messageEntry } from './message.ts';
import { setNormal } from './orm.ts';
import { type Profile, partsOf } from './profile-parts.ts';
import { fill, settle } from './rows/fill.ts';
import { timed, writers } from './timing.ts';

const [verb = 'append', name = 'SQLite', synchronous = 'full'] = process.argv.slice(2);
if (!['append', 'many', 'load'].includes(verb) || (name !== 'PostgreSQL' && name !== 'SQLite')) {
  console.error('node bench/profile.ts append|many|load PostgreSQL|SQLite [full|normal]');
  process.exit(2);
}

const ENTRIES = 10_000;
const WRITERS = 64;
const calls = { load: 100, append: 5_000, many: WRITERS * 500 }[verb] ?? 0;
const databases = await startDatabases();
try {
  const database = await databases.create(name);
  const orm = await database.openOrm();
  if (name === 'SQLite' && synchronous === 'normal') await setNormal(orm);
  const journal = new ThreadJournal(orm);
  if (verb === 'load') await fill(journal, 'thread', ENTRIES);
  const runs: Record<string, (count: number) => Promise<void>> = {
    load: count => writers(1, count, () => timed(() => journal.load('thread'))),
    append: count => writers(1, count, (_, index) => journal.append('thread', [messageEntry(index)])),
    many: count =>
      writers(WRITERS, count / WRITERS, (writer, index) => journal.append(`t${writer}`, [messageEntry(index)])),
  };
  await runs[verb]?.(calls / 5);
  await settle(database);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await runs[verb]?.(calls);
  const wall = ((performance.now() - start) * 1_000) / calls;
  const { user, system } = process.cpuUsage(cpu);
  const { profile } = (await session.post('Profiler.stop')) as { readonly profile: Profile };
  const what = `${verb}${verb === 'load' ? ` of ${ENTRIES} entries` : ''}, ${name}${name === 'SQLite' ? ` ${synchronous}` : ''}`;
  console.log(`${what}: ${wall.toFixed(0)} µs a call; CPU of this process ${((user + system) / calls).toFixed(0)} µs`);
  for (const { part, us } of partsOf(profile, calls)) console.log(`${us.toFixed(1).padStart(10)} µs  ${part}`);
  await journal.close();
  await database.drop();
} finally {
  await databases.stop();
}
