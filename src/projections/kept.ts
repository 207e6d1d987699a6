import { crc32 } from 'node:zlib';
import { background, type Caller, inCleanContext, type Store, track } from '../journal/index.ts';
import { decodeValue, encodeValue } from '../values/index.ts';
import type { FoldedThread } from './fold.ts';
import type { Projection } from './projection.ts';
import { report } from './report.ts';

/** A state that was kept. */
export interface Kept<State> {
  readonly generation: string;
  readonly rev: number;
  readonly digest: string;
  /** Undefined when what is stored is not what was kept: it is passed over, and replaced. */
  readonly state: { readonly value: State } | undefined;
}

interface Row {
  readonly generation: string;
  readonly rev: number | string;
  readonly digest: string;
  readonly state: string;
}

/** The state of the thread that is there now, as this very version kept it. */
export async function readKept<State>(
  { dialect, tables }: Store,
  run: Caller,
  threadId: string,
  { name, version, keep }: Projection<State, unknown>,
  signal: AbortSignal | undefined,
): Promise<Kept<State> | undefined> {
  if (keep === undefined) return undefined;
  const sql = dialect.statement(
    `select s.generation, s.rev, s.digest, s.state from ${tables.states} s
join ${tables.threads} t on t.thread_id = s.thread_id and t.generation = s.generation
where s.thread_id = ? and s.name = ? and s.version = ?`,
  );
  const [row] = await run({ operation: 'fold', signal }, scope =>
    scope.once(session => session.run<Row>(sql, [threadId, name, version])),
  );
  if (row === undefined) return undefined;
  const { generation, digest, state } = row;
  const rev = Number(row.rev);
  const whole = digest === digestOf([name, version, threadId, generation, rev], state);
  const found = whole ? decoded<State>(state) : undefined;
  if (found === undefined) report({ event: 'ignored', name, version, threadId, rev });
  return { generation, rev, digest, state: found };
}

function decoded<State>(text: string): Kept<State>['state'] {
  try {
    return { value: decodeValue(text) as State };
  } catch {
    return undefined;
  }
}

/** What is being kept now, so that many folds at once write once. */
const underWay = new WeakMap<Store['life'], Set<string>>();

/** Keeps the state if enough came behind the last one: in the background, and no fold ever fails because of it. */
export function keepLater<State>(
  store: Store,
  projection: Projection<State, unknown>,
  threadId: string,
  before: Kept<State> | undefined,
  { state, rev, generation, joined }: FoldedThread<State>,
): void {
  const { name, version, keep } = projection;
  const last = before?.state === undefined || before.generation !== generation ? 0 : before.rev;
  if (keep === undefined || generation === undefined || joined || store.life.closed) return;
  if (rev - last < keep.every && !(before !== undefined && before.state === undefined && rev > 0)) return;
  const busy = underWay.get(store.life) ?? new Set();
  underWay.set(store.life, busy);
  const key = JSON.stringify([name, version, generation]);
  if (busy.has(key)) return;
  busy.add(key);
  const keepNow = async (): Promise<void> => {
    try {
      // Encoded at once, before anybody can change it.
      const { maxDepth, maxAppendBytes } = store.settings.limits;
      const text = encodeValue(state, 'state', { maxDepth, maxBytes: maxAppendBytes });
      await write(store, { threadId, generation, name, version, rev, text, before });
    } catch (error) {
      report({ event: 'failed', name, version, threadId, error });
    } finally {
      busy.delete(key);
    }
  };
  void track(store, () => inCleanContext(keepNow));
}

interface Writing {
  readonly threadId: string;
  readonly generation: string;
  readonly name: string;
  readonly version: number;
  readonly rev: number;
  readonly text: string;
  readonly before: Kept<unknown> | undefined;
}

/** A thread that was deleted, or made again, gets nothing: its head is held while the state is written. */
async function write(store: Store, { threadId, generation, name, version, rev, text, before }: Writing): Promise<void> {
  const { dialect, tables } = store;
  const key = [threadId, generation, name, version];
  const insert = `insert into ${tables.states} as s (thread_id, generation, name, version, rev, state, digest)
select t.thread_id, t.generation, ?, cast(? as int), cast(? as int), ?, ? from ${tables.threads} t
where t.thread_id = ? and t.generation = ? and t.rev >= ? ${dialect.forKeyShare('t')}
on conflict (thread_id, generation, name, version) do update
set rev = excluded.rev, state = excluded.state, digest = excluded.digest where s.rev < excluded.rev`;
  const remove = `delete from ${tables.states}
where thread_id = ? and generation = ? and name = ? and version = ? and rev = ? and digest = ?`;
  const digest = digestOf([name, version, threadId, generation, rev], text);
  await background(store)({ operation: 'keep' }, scope =>
    scope.together(async session => {
      if (before !== undefined && before.state === undefined) {
        await session.run(dialect.statement(remove), [...key, before.rev, before.digest]);
      }
      await session.run(dialect.statement(insert), [name, version, rev, text, digest, threadId, generation, rev]);
    }),
  );
}

/** A CRC, for damage: whoever can write the table can make a digest that fits, of any kind. */
function digestOf(place: readonly (string | number)[], state: string): string {
  return crc32(state, crc32(JSON.stringify(place)))
    .toString(16)
    .padStart(8, '0');
}
