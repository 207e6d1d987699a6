export { append } from './append.ts';
export { deleteThread } from './delete.ts';
export {
  entryEntity,
  erasureEntity,
  type JournalEntryRow,
  type JournalErasureRow,
  type JournalThreadRow,
  threadEntity,
} from './entities.ts';
export type { Entry, Erasure, Fields, NewEntry, ThreadHead } from './entry.ts';
export { chainHash, entryDigest, genesisHash } from './hash.ts';
export type {
  AppendOptions,
  AppendResult,
  CallOptions,
  ErasuresOptions,
  Journal,
  LoadOptions,
  ReadOptions,
  ThreadsOptions,
} from './journal.ts';
export { load } from './load.ts';
export { type PreparedEntry, prepareEntries, prepareMetadata } from './prepare.ts';
export { read } from './read.ts';
export { closeStore, openStore, type Store } from './store.ts';
export {
  appendToThread,
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
