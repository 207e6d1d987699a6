export { append } from './append.ts';
export { background, type Caller, caller, isAway, outsider, track } from './calls.ts';
export { claim } from './claim.ts';
export { inCleanContext } from './clean-context.ts';
export { announceFrom, type Committed } from './commits.ts';
export { advance, type Member, type RecordedEntry } from './decide.ts';
export { deleteThread } from './delete.ts';
export { behind, entityManagerOf, Opened, type OrmOrEntityManager, putBehind } from './door.ts';
export {
  entryEntity,
  erasureEntity,
  type JournalEntryRow,
  type JournalErasureRow,
  type JournalThreadRow,
  threadEntity,
} from './entities.ts';
export type { Entry, Erasure, FeedEntry, Fields, NewEntry, ThreadHead } from './entry.ts';
export { type FeedPage, type FeedPageOptions, page, type UnreadEntry, unreadPage } from './feed.ts';
export { cursorText, type FeedCursor, parseCursor } from './feed-cursor.ts';
export { feedEnd } from './feed-end.ts';
export { Chain, chainHash, entryDigest, genesisHash, type StoredEntry } from './hash.ts';
export type {
  AppendOptions,
  AppendResult,
  CallOptions,
  ErasuresOptions,
  Journal,
  LoadOptions,
  ReadAllOptions,
  ReadOptions,
  ThreadsOptions,
} from './journal.ts';
export { lift, liftThread } from './lift.ts';
export { type PreparedEntry, prepareEntries, prepareMetadata } from './prepare.ts';
export { read } from './read.ts';
export { checkAfter, checkKinds, readAll } from './read-all.ts';
export { record } from './record.ts';
export { renewAfterRestore } from './renew.ts';
export {
  entryOf,
  entryPart,
  HEAD_COLUMNS,
  type HeadRow,
  headPart,
  metadataOf,
  missingEntry,
  readRows,
  toHeadRow,
  toRecorded,
  type UnionRow,
} from './rows.ts';
export type { Scope } from './scope.ts';
export { closeStore, openStore, type Store } from './store.ts';
export {
  appendToThread,
  checkThreadValue,
  entryAt,
  filterByKind,
  freeze,
  lastEntry,
  newThread,
  sliceThread,
  type Thread,
  toEntry,
} from './thread.ts';
export { erasures, head, threads } from './threads.ts';
