import type { SqlEntityManager } from '@mikro-orm/sql';
import { isPostgres } from '../dialects/index.ts';
import type { Check } from './check.ts';
import { version } from './flags.ts';

/** Of SQLite: older ones can damage a file that several connections write. */
const SOUND = [3, 51, 3] as const;

export async function checkVersion(em: SqlEntityManager): Promise<Check> {
  const ofPostgres = isPostgres(em.getPlatform());
  const sql = ofPostgres ? `select current_setting('server_version') as version` : 'select sqlite_version() as version';
  const [row] = await em.getConnection().execute<{ version: string }[]>(sql);
  const database = `${ofPostgres ? 'PostgreSQL' : 'SQLite'} ${row?.version}`;
  const says = `thread-journal ${version()}, Node ${process.versions.node}, ${database}`;
  if (ofPostgres || isSound(row?.version ?? '')) return { name: 'version', result: 'ok', says };
  const why = `below ${SOUND.join('.')} a file that several processes write can be damaged: npm i better-sqlite3@latest`;
  return { name: 'version', result: 'warning', says: `${says}; ${why}` };
}

function isSound(version: string): boolean {
  const parts = version.split('.').map(Number);
  const differs = SOUND.findIndex((part, index) => part !== parts[index]);
  return differs === -1 || (parts[differs] ?? 0) > (SOUND[differs] ?? 0);
}

/** Whether what is acknowledged survives a crash. `ofHost`: the connection is set up as the app's is. */
export function checkDurability(em: SqlEntityManager, ofHost: boolean): Promise<Check> {
  return isPostgres(em.getPlatform()) ? durabilityOfServer(em) : durabilityOfFile(em, ofHost);
}

async function durabilityOfServer(em: SqlEntityManager): Promise<Check> {
  const rows = await em
    .getConnection()
    .execute<{ name: string; setting: string }[]>(
      `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name`,
    );
  const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => name);
  const says = rows.map(({ name, setting }) => `${name} ${setting}`).join(', ');
  if (off.length === 0) return { name: 'durability', result: 'ok', says };
  const why = 'a crash can take back, or damage, what was acknowledged; set to on';
  return { name: 'durability', result: 'problem', says: `${off.join(' and ')} off: ${why}` };
}

const LEVELS = ['OFF', 'NORMAL', 'FULL', 'EXTRA'];
const HOW = 'put onCreateConnection: sqliteSetup() into the MikroORM config';

async function durabilityOfFile(em: SqlEntityManager, ofHost: boolean): Promise<Check> {
  const name = 'durability';
  const [mode] = await em.getConnection().execute<{ journal_mode: string }[]>('pragma journal_mode');
  const [level] = await em.getConnection().execute<{ synchronous: number }[]>('pragma synchronous');
  const isWal = mode?.journal_mode === 'wal';
  const synchronous = LEVELS[level?.synchronous ?? 0];
  if (ofHost && synchronous !== 'FULL' && synchronous !== 'EXTRA') {
    const why = 'a power cut can take back what was acknowledged';
    return { name, result: 'problem', says: `synchronous = ${synchronous}: ${why}; ${HOW}` };
  }
  if (!isWal) {
    const why = 'readers and writers wait for each other';
    return { name, result: 'warning', says: `journal_mode = ${mode?.journal_mode}, not WAL: ${why}; ${HOW}` };
  }
  const also = ofHost ? `synchronous = ${synchronous}` : "synchronous is the app's own setting: --config looks at it";
  return { name, result: 'ok', says: `WAL; ${also}` };
}
