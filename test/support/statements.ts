import type { Database, Orm } from './backends.ts';
import { openOrm } from './backends.ts';
import { startProxy } from './proxy.ts';
import { sql } from './sql.ts';

/** An ORM whose statements can be seen as the database got them. */
export interface Watched {
  readonly orm: Orm;
  /** The statements since the last call, without notifications: those go out beside the calls. */
  taken(): readonly string[];
  close(): Promise<void>;
}

export async function watch(database: Database): Promise<Watched> {
  return database.backend === 'postgresql' ? watchPostgres(database) : watchSqlite(database);
}

/**
 * Reads off the wire what is executed: a Query message, or a Bind, which names a statement that a Parse message brought
 * before. A message is a letter, its length, and its fields.
 */
async function watchPostgres(database: Database): Promise<Watched> {
  const proxy = await startProxy(database.url);
  const orm = await openOrm(proxy.url);
  const texts = new Map<string, string>();
  return {
    orm,
    taken: () => {
      const bytes = Buffer.from(proxy.sent(), 'latin1');
      const statements: string[] = [];
      for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
        const fields = bytes
          .subarray(at + 5, at + 1 + bytes.readUInt32BE(at + 1))
          .toString()
          .split('\0');
        const [first = '', second = ''] = fields;
        const letter = String.fromCharCode(bytes[at] ?? 0);
        if (letter === 'P') texts.set(first, second);
        if (letter === 'B') statements.push(texts.get(second) ?? '');
        if (letter === 'Q') statements.push(first);
      }
      return statements.filter(statement => !statement.includes('pg_notify'));
    },
    close: async () => {
      await orm.close(true);
      await proxy.close();
    },
  };
}

async function watchSqlite(database: Database): Promise<Watched> {
  let statements: string[] = [];
  const orm = await database.openOrm({ driverOptions: { verbose: (text: string) => statements.push(text) } });
  return {
    orm,
    taken: () => {
      const taken = statements;
      statements = [];
      return taken;
    },
    close: async () => {},
  };
}

/** One place where a statement touches a table, as the planner would go about it. */
export interface Access {
  readonly table: string;
  readonly how: 'scan' | 'index';
  readonly condition: string;
}

/** The plan of a statement that does not know its parameters. */
export async function accesses(orm: Orm, backend: string, statement: string): Promise<readonly Access[]> {
  return backend === 'postgresql' ? postgresPlan(orm, statement) : sqlitePlan(orm, statement);
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly Plans?: readonly Node[];
}

async function postgresPlan(orm: Orm, statement: string): Promise<readonly Access[]> {
  const [row] = await sql<{ 'QUERY PLAN': readonly { Plan: Node }[] }>(
    orm,
    `explain (generic_plan, format json) ${statement}`,
  );
  const found: Access[] = [];
  const walk = (node: Node): void => {
    const table = node['Relation Name'];
    if (table !== undefined && /Scan/.test(node['Node Type'])) {
      const condition = node['Index Cond'] ?? node['Recheck Cond'];
      found.push({ table, how: condition === undefined ? 'scan' : 'index', condition: condition ?? '' });
    }
    node.Plans?.forEach(walk);
  };
  for (const { Plan } of row?.['QUERY PLAN'] ?? []) walk(Plan);
  return found;
}

async function sqlitePlan(orm: Orm, statement: string): Promise<readonly Access[]> {
  const rows = await sql<{ detail: string }>(orm, `explain query plan ${statement}`);
  return rows.flatMap(({ detail }) => {
    const [, verb, name = '', rest = ''] = /^(SCAN|SEARCH) (\S+)(?: USING (.*))?$/.exec(detail) ?? [];
    if (verb === undefined) return [];
    return [{ table: name, how: verb === 'SEARCH' ? 'index' : 'scan', condition: rest } as const];
  });
}
