import { caller, type Store } from '../journal/index.ts';
import { optionsOf } from '../options.ts';
import type { CheckpointHead, ListOptions } from './checkpoint.ts';
import { beginnings } from './key.ts';
import type { CheckpointHeadRow } from './rows.ts';

const PAGE = 256;

/** The checkpoints whose keys begin so, without their values, page by page in the order of their keys' bytes. */
export function list(store: Store, options: ListOptions = {}): AsyncIterable<CheckpointHead> {
  const run = caller(store);
  const { dialect, tables } = store;
  const columns = 'key, version, updated_at';
  const page = (comparison: '>' | '>='): string =>
    dialect.statement(
      `select ${columns} from ${tables.checkpoints} where key ${comparison} ? order by key limit ${PAGE}`,
    );
  return (async function* () {
    const { prefix, signal } = optionsOf(options);
    for (const beginning of beginnings(prefix)) {
      let last: string | undefined;
      for (let full = true; full; ) {
        const sql = page(last === undefined ? '>=' : '>');
        const from = last ?? beginning;
        const rows = await run({ operation: 'list', signal }, scope =>
          scope.once(session => session.run<Omit<CheckpointHeadRow, 'digest'>>(sql, [from])),
        );
        const wanted = rows.filter(({ key }) => key.startsWith(beginning));
        for (const { key, version, updated_at } of wanted) {
          yield { key: JSON.parse(key), version: Number(version), updatedAt: Number(updated_at) };
          signal?.throwIfAborted();
        }
        last = wanted.at(-1)?.key;
        full = wanted.length === PAGE;
      }
    }
  })();
}
