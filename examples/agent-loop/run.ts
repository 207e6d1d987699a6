/** One process: takes the agent up where it was, or starts it, and works until it is done. */
import { AgentStore, CheckpointStore, ThreadJournal } from 'thread-journal';
import { ask } from './model.ts';
import { open } from './open.ts';
import { Planner } from './planner.ts';
import { book } from './tools.ts';

const [id = 'ada'] = process.argv.slice(2);
const orm = await open();
const agents = new AgentStore({ journal: new ThreadJournal(orm), checkpoints: new CheckpointStore(orm) });

const thawed = await agents.thaw(Planner, id);
console.log(thawed ? `thawed at rev ${thawed.thread.rev}, ${thawed.state.bookings} booked` : 'a new agent');
const planner =
  thawed ??
  new Planner(id).add({ kind: 'message', payload: { role: 'user', content: 'To Lyon on Friday, one night.' } });

while (!planner.state.done) {
  const reply = await ask(planner.thread.entries);
  if (reply.tool === undefined) {
    planner.add({ kind: 'message', payload: { role: 'assistant', content: reply.content } });
    planner.state.done = true;
    await agents.hibernate(planner);
    console.log(`answer: ${reply.content}`);
  } else {
    const { tool } = reply;
    planner.add({ kind: 'tool_call', payload: { tool } });
    // What the tool does and what the agent knows of it are one transaction: killed anywhere, it is done once.
    await orm.em.fork().transactional(async em => {
      const reference = await book(em, planner.id, tool);
      planner.add({ kind: 'tool_result', payload: { tool, reference } });
      planner.state.bookings += 1;
      await agents.hibernate(planner);
    });
    console.log(`booked: ${tool}`);
  }
}

await orm.close();
