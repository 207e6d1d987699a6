export {
  createStorageTables,
  createTablesSql,
  dropStorageTables,
  type MigrationLike,
  type StorageVersion,
} from './storage-tables.ts';
