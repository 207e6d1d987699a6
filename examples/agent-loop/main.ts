/**
 * `node examples/agent-loop/main.ts`: an agent is killed in the middle of its second tool, by SIGKILL, and a new process
 * finishes its work. Nothing is lost, and nothing is done twice.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Booking, open } from './open.ts';

const id = `ada-${Date.now()}`;

/** Runs the agent in a process of its own; with `killAt`, kills it as soon as it says that. */
async function run(title: string, killAt?: string): Promise<void> {
  console.log(`\n${title}`);
  const env = killAt === undefined ? process.env : { ...process.env, HANG_IN: killAt };
  const child = spawn(process.execPath, [fileURLToPath(new URL('./run.ts', import.meta.url)), id], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(`  ${line}`);
    if (line === `hanging in: ${killAt}`) child.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  console.log(`  (the process ended: ${signal ?? code})`);
}

await run('First process', 'hotel');
await run('Second process');

const orm = await open();
const bookings = await orm.em.fork().find(Booking, { reference: { $like: `${id}:%` } }, { orderBy: { reference: 1 } });
console.log(`\nIn the app's own table: ${bookings.map(({ reference }) => reference.split(': ')[1]).join(', ')}`);
await orm.close();
