import { connected, type GlobalFlags, whereOf } from '../connect.ts';
import { CliError } from '../exit.ts';
import { createTables, hasTables } from '../tables.ts';

/** Creates the tables of a database that has no host. */
export async function migrate(flags: GlobalFlags): Promise<void> {
  const where = whereOf(flags);
  if (where.by === 'config') {
    throw new CliError(
      2,
      `${where.file} is a host with migrations of its own: call createStorageTables(this, { version: 1 }) in one of them and run it`,
    );
  }
  const created = await connected(where, flags, async to => {
    if (await hasTables(to)) return false;
    await createTables(to, flags);
    return true;
  });
  if (flags.json) console.log(JSON.stringify({ version: 1, created }));
  else console.log(created ? 'The journal tables are created (version 1).' : 'The journal tables are already there.');
}
