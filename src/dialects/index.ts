export { Call, type CallOptions, runCall } from './call.ts';
export { isPostgres, isSqlite, Position, TransactionId } from './columns.ts';
export type { Attempt, Dialect, Failure, Fragment, Locking, Rows, RowType, Tables } from './dialect.ts';
export { dialectOf } from './dialect-of.ts';
export type { FeedPlace, FeedRow, FeedTrouble } from './feed.ts';
export { backoffMs, pause } from './pause.ts';
export {
  inTransaction,
  nativeClient,
  onConnection,
  type Runner,
  type Session,
  throughKysely,
  transactionOf,
} from './session.ts';
export { sqliteSetup } from './sqlite-setup.ts';
export { ask, type Steps } from './steps.ts';
export type { Watch, Watching, WatchNeeds } from './watch.ts';
