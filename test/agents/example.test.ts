import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { sharedBackends } from '../support/backends.ts';
import { asSuperuser, withDatabase } from '../support/postgres.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/agent-loop/main.ts', import.meta.url));

const STORY = `
First process
  a new agent
  booked: train
  hanging in: hotel
  (the process ended: SIGKILL)

Second process
  thawed at rev 3, 1 booked
  booked: hotel
  booked: table for two
  answer: Train, hotel and dinner are booked. Bon voyage!
  (the process ended: 0)

In the app's own table: hotel, table for two, train
`;

test.each(sharedBackends)(
  '%s: the agent of the example is killed, thawed elsewhere, and does nothing twice',
  async backend => {
    const { VITEST: _, ...env } = process.env;
    const cwd = await mkdtemp(join(tmpdir(), 'thread-journal-example-'));
    const server = backend === 'postgresql' ? inject('postgresUrl') : undefined;
    const name = `tj_example_${randomBytes(4).toString('hex')}`;
    if (server !== undefined) await asSuperuser(server, `create database ${name}`);
    const url = server && withDatabase(server, name);
    try {
      const output = execFileSync(process.execPath, [EXAMPLE], {
        cwd,
        encoding: 'utf8',
        env: { ...env, DATABASE_URL: url, NODE_NO_WARNINGS: '1' },
      });
      expect(output).toBe(STORY);
    } finally {
      await rm(cwd, { recursive: true });
      if (server !== undefined) await asSuperuser(server, `drop database ${name} with (force)`);
    }
  },
);
