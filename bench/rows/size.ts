import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Contestant } from '../contest.ts';
import { ours, snapshotWay } from '../contestants.ts';
import type { Context, Row } from '../context.ts';
import { BOTH, type Database, type DatabaseName } from '../databases.ts';
import { type Figure, figureOf } from '../harness.ts';
import { message } from '../message.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));
const REAL = new URL('../../../shared/data/airline-conversations.jsonl', import.meta.url);

interface Talk {
  readonly threadId: string;
  readonly messages: readonly object[];
}

interface Corpus {
  readonly workload: string;
  readonly talks: readonly Talk[];
}

/** P8: what conversations take in the database, appended one by one and loaded once, against their export. */
export const size: Row = {
  ids: ['P8'],
  run: async context => {
    const figures: Figure[] = [];
    for (const corpus of corporaOf(context)) {
      for (const name of BOTH) figures.push(...(await measure(context, name, corpus)));
    }
    return { figures };
  },
};

function corporaOf({ count, say }: Context): readonly Corpus[] {
  const messages = Array.from({ length: count(2_000, 40) }, (_, number) => message(number));
  const made = {
    workload: `${messages.length.toLocaleString('en')} messages, one conversation`,
    talks: [{ threadId: 'conversation', messages }],
  };
  const wanted = count(200, 0);
  if (wanted === 0) return [made];
  if (!existsSync(REAL)) {
    say('P8: the real conversations are not beside this checkout, so they are left out');
    return [made];
  }
  const lines = readFileSync(REAL, 'utf8').trim().split('\n').slice(0, wanted);
  const talks = lines.map((line): Talk => JSON.parse(line));
  const total = talks.reduce((sum, talk) => sum + talk.messages.length, 0);
  return [made, { workload: `${talks.length} real conversations, ${total.toLocaleString('en')} messages`, talks }];
}

async function measure(context: Context, name: DatabaseName, { workload, talks }: Corpus): Promise<readonly Figure[]> {
  let exported = Number.NaN;
  const figures: Figure[] = [];
  for (const contestant of [...ours, ...snapshotWay].filter(({ database }) => database === name)) {
    context.say(`P8 ${name}: ${workload}, ${contestant.name}`);
    const database = await context.databases.create(name, { migrated: contestant.ours === true });
    const bytes = await keep(contestant, database, talks);
    if (contestant.ours === true) exported = await exportBytes(database);
    await database.drop();
    const target = contestant.ours === true ? ({ at: 'most', ratio: 3 } as const) : undefined;
    const question = { row: 'P8', database: name, workload, unit: 'bytes', target } as const;
    figures.push(figureOf(question, [contestant.name, [bytes]], ['thread-journal export', [exported]]));
  }
  return figures;
}

/** The growth of the database over the empty one. */
async function keep(contestant: Contestant, database: Database, talks: readonly Talk[]): Promise<number> {
  const conversations = await contestant.open(database);
  await conversations.load('nothing');
  const empty = await database.bytes();
  for (const { threadId, messages } of talks) {
    for (const each of messages) await conversations.append(threadId, each);
    const loaded = await conversations.load(threadId);
    if (loaded !== messages.length) throw new Error(`${contestant.name} loaded ${loaded} of ${messages.length}`);
  }
  await conversations.close();
  return (await database.bytes()) - empty;
}

async function exportBytes({ url }: Database): Promise<number> {
  const command = [COMMAND, 'export', '--url', url];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 2 ** 30 });
  return Buffer.byteLength(stdout);
}
