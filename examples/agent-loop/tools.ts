import { setTimeout } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { Booking } from './open.ts';

/** Books, as a row of the app's own. With HANG_IN it never comes back, as real tools do at times. */
export async function book(em: SqlEntityManager, agentId: string, tool: string): Promise<string> {
  const reference = `${agentId}: ${tool}`;
  await em.insert(Booking, { reference });
  if (process.env['HANG_IN'] === tool) {
    console.log(`hanging in: ${tool}`);
    await setTimeout(600_000);
  }
  return reference;
}
