import type { Database, DatabaseName } from './databases.ts';
import { median } from './harness.ts';
import { message } from './message.ts';
import { p50, rate, timed, writers } from './timing.ts';

/** Something that can keep conversations: the journal, a peer, or the way of the system this library comes from. */
export interface Contestant {
  readonly name: string;
  readonly database: DatabaseName;
  /** True for the journal itself: its tables come from the migration. */
  readonly ours?: boolean;
  open(database: Database): Promise<Conversations>;
}

export interface Conversations {
  /** Makes one more message durable. */
  append(threadId: string, message: object): Promise<unknown>;
  /** The conversation as values in memory. Says how many messages it has. */
  load(threadId: string): Promise<number>;
  close(): Promise<unknown>;
}

/** The columns of P13. `more`: a larger figure is better. */
export const COLUMNS = {
  appendsPerSecond: { title: 'appends/s', more: true },
  firstMs: { title: 'first 200, p50', more: false },
  lastMs: { title: 'last 200, p50', more: false },
  firstLoadMs: { title: 'first load', more: false },
  loadMs: { title: 'load, p50', more: false },
  bytes: { title: 'database', more: false },
  manyPerSecond: { title: '16 writers, appends/s', more: true },
} as const;

export type Column = keyof typeof COLUMNS;

export type Score = Readonly<Record<Column, number>> & {
  /** p50 of each run of {@link STEP} appends, milliseconds: the curve of the plot. */
  readonly curve: readonly number[];
};

export const STEP = 50;

/** One contestant through all rounds. */
export interface Entrant {
  readonly name: string;
  readonly ours: boolean;
  readonly scores: readonly Score[];
}

export interface Contest {
  readonly database: DatabaseName;
  readonly messages: number;
  readonly entrants: readonly Entrant[];
}

export interface Course {
  readonly messages: number;
  readonly writers: number;
  readonly each: number;
}

/** A conversation appended message by message, then loaded; then many writers, each on a conversation of its own. */
export async function run(contestant: Contestant, database: Database, course: Course): Promise<Score> {
  const first = await contestant.open(database);
  await first.append('warm-up', message(0));
  const empty = await database.bytes();
  const times: number[] = [];
  for (let number = 0; number < course.messages; number += 1) {
    times.push(await timed(() => first.append('conversation', message(number))));
  }
  const load = async (): Promise<void> => {
    const loaded = await first.load('conversation');
    if (loaded !== course.messages) throw new Error(`${contestant.name} loaded ${loaded} of ${course.messages}`);
  };
  const firstLoadMs = await timed(load);
  const loadMs = await p50(9, load);
  await first.close(); // and with it what is still done in the background
  const bytes = (await database.bytes()) - empty;
  const ends = Math.min(200, Math.ceil(times.length / 2));
  return {
    appendsPerSecond: (times.length * 1_000) / times.reduce((sum, time) => sum + time, 0),
    firstMs: median(times.slice(0, ends)),
    lastMs: median(times.slice(-ends)),
    firstLoadMs,
    loadMs,
    bytes,
    manyPerSecond: await many(await contestant.open(database), course),
    curve: Array.from({ length: Math.ceil(times.length / STEP) }, (_, step) =>
      median(times.slice(step * STEP, (step + 1) * STEP)),
    ),
  };
}

async function many(conversations: Conversations, course: Course): Promise<number> {
  const write = (writer: number, index: number): Promise<unknown> =>
    conversations.append(`writer-${writer}`, message(index));
  await writers(course.writers, 1, write); // opens the connections of a pool
  const perSecond = await rate(course.writers * course.each, () => writers(course.writers, course.each, write));
  await conversations.close();
  return perSecond;
}

/** A contestant's figure for a column: the median of its rounds. */
export function scoreOf({ scores }: Entrant, column: Column): number {
  return median(scores.map(score => score[column]));
}

/** How many times better `ours` is, round by round, and of that the median. */
export function lead(ours: Entrant, rival: Entrant, column: Column): number {
  const ratios = ours.scores.map((score, round) => score[column] / (rival.scores[round]?.[column] ?? Number.NaN));
  return COLUMNS[column].more ? median(ratios) : 1 / median(ratios);
}
