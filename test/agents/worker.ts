/**
 * A process with an agent: `node worker.ts <url>`. Takes commands as lines, and answers each with a line, written
 * before anything else is done, so that what was acknowledged before a kill is known.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  type Agent,
  AgentStore,
  appendToThread,
  CheckpointStore,
  journalEntities,
  newThread,
  sqliteSetup,
  type Thread,
  ThreadJournal,
} from 'thread-journal';

/** Its state says which thread it belongs to: that of the same moment. */
class Worker implements Agent {
  static readonly type: string = 'worker';
  static create(id: string): Worker {
    return new Worker(id);
  }
  readonly type = 'worker';
  readonly id: string;
  state = { n: 0, hash: '' };
  thread: Thread;
  constructor(id: string) {
    this.id = id;
    this.thread = newThread(`thread-of-${id}`);
  }
  work(by: string): void {
    const n = this.state.n + 1;
    this.thread = appendToThread(this.thread, [{ payload: { n, by } }, { payload: { n, by } }, { payload: { n, by } }]);
    this.state = { n, hash: this.thread.hash };
  }
}

const [url = ''] = process.argv.slice(2);
const common = { entities: [...journalEntities()], allowGlobalContext: true, logger: () => {} };
// Only the driver that is needed: a worker is there sooner.
const orm = url.startsWith('sqlite:')
  ? await (await import('@mikro-orm/sqlite')).MikroORM.init({
      ...common,
      dbName: url.slice('sqlite:'.length),
      onCreateConnection: sqliteSetup(),
    })
  : await (await import('@mikro-orm/postgresql')).MikroORM.init({ ...common, clientUrl: url });
const journal = new ThreadJournal(orm);
const checkpoints = new CheckpointStore(orm);
const agents = new AgentStore({ journal, checkpoints });
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

/** What `hibernate` must not be: two transactions. */
async function torn({ id, type, state, thread }: Worker): Promise<void> {
  await journal.append(thread.id, thread.entries.slice(-3));
  const { generation } = (await journal.head(thread.id)) ?? {};
  const pointer = { id: thread.id, rev: thread.rev, generation, hash: thread.hash };
  await checkpoints.put([type, id], { version: 1, type, id, state, thread: pointer });
}

const thawed = async (id: string): Promise<Worker> => (await agents.thaw(Worker, id)) ?? new Worker(id);
let agent = new Worker('none');

async function obey([command = '', id = '', how = '']: readonly string[]): Promise<void> {
  if (command === 'loop') {
    for (agent = await thawed(id); ; ) {
      agent.work('loop');
      await (how === 'torn' ? torn(agent) : agents.hibernate(agent));
      say(String(agent.state.n));
    }
  }
  if (command === 'thaw') {
    agent = await thawed(id);
    if (how === 'thread') agent.work(String(process.pid));
    else agent.state = { n: agent.state.n + 1, hash: String(process.pid) };
    say('thawed');
  }
  if (command === 'hibernate') {
    const outcome = await agents.hibernate(agent).catch((error: unknown) => error);
    const { code, divergesAtSeq } = outcome as { code?: string; divergesAtSeq?: number };
    say(JSON.stringify({ pid: process.pid, code, divergesAtSeq }));
  }
}

await journal.head('connected');
say('ready');
for await (const line of createInterface({ input: process.stdin })) await obey(line.split(' '));
await orm.close(true);
