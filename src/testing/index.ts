export { conformanceCases } from './conformance.ts';
export type { ConformanceCase, OpenJournal } from './conformance-case.ts';
export { MemoryJournal } from './memory-journal.ts';
export { MemoryStore } from './memory-store.ts';
