import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Report, Work } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Runs the same work in several processes at once: all are up before any begins. */
export async function inProcesses(count: number, url: string, work: Work): Promise<readonly Report[]> {
  const children = Array.from({ length: count }, () => fork(WORKER, [url, JSON.stringify(work)]));
  await Promise.all(children.map(child => once(child, 'message')));
  return Promise.all(children.map(go));
}

async function go(child: ChildProcess): Promise<Report> {
  const report = once(child, 'message') as Promise<[Report]>;
  const end = once(child, 'exit');
  child.send('go');
  const [done] = await Promise.race([
    report,
    end.then(([code]) => {
      throw new Error(`worker ended with ${code}`);
    }),
  ]);
  await end;
  return done;
}
