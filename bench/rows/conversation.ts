import { type Contest, type Contestant, type Course, type Entrant, run, type Score } from '../contest.ts';
import { ours, snapshotWay } from '../contestants.ts';
import type { Context, Row } from '../context.ts';
import { BOTH, type DatabaseName } from '../databases.ts';
import { peers } from '../peers/index.ts';

/** P13: the same conversation kept by the journal, by whole snapshots, and with `--peers` by other libraries. */
export const conversation: Row = {
  ids: ['P13'],
  run: async context => {
    const all = [...ours, ...snapshotWay, ...(context.peers ? peers : [])];
    const contests: Contest[] = [];
    for (const name of BOTH) {
      const contestants = all.filter(({ database }) => database === name);
      contests.push(await hold(context, name, contestants));
    }
    return { contests };
  },
};

async function hold(context: Context, name: DatabaseName, contestants: readonly Contestant[]): Promise<Contest> {
  const { count, say } = context;
  const course: Course = { messages: count(2_000, 30), writers: 16, each: count(50, 1) };
  const scores = new Map<Contestant, Score[]>(contestants.map(contestant => [contestant, []]));
  const rounds = count(3, 1);
  const warmUp: Course = { messages: count(400, 1), writers: 16, each: 1 };
  for (const contestant of contestants) await play(context, contestant, warmUp);
  for (let round = 1; round <= rounds; round += 1) {
    for (const contestant of contestants) {
      say(`P13 ${name}, round ${round} of ${rounds}: ${contestant.name}`);
      scores.get(contestant)?.push(await play(context, contestant, course));
    }
  }
  const entrants = contestants.map(
    (contestant): Entrant => ({
      name: contestant.name,
      ours: contestant.ours === true,
      scores: scores.get(contestant) ?? [],
    }),
  );
  return { database: name, messages: course.messages, entrants };
}

async function play({ databases }: Context, contestant: Contestant, course: Course): Promise<Score> {
  const database = await databases.create(contestant.database, { migrated: contestant.ours === true });
  const score = await run(contestant, database, course);
  await database.drop();
  return score;
}
