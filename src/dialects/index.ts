export { type Call, type CallOptions, runCall } from './call.ts';
export { isPostgres, isSqlite, Position, TransactionId } from './columns.ts';
export type { Dialect, Failure, RowSource, RowType, Tables } from './dialect.ts';
export { dialectOf } from './dialect-of.ts';
export { onConnection, type Session, sessionOn, transactionOf } from './session.ts';
export { sqliteSetup } from './sqlite-setup.ts';
