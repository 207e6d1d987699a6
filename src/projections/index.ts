export {
  type JournalParkedRow,
  type JournalProjectionRow,
  type JournalProjectionStateRow,
  projectionEntities,
} from './entities.ts';
