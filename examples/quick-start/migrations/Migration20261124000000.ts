import { Migration } from '@mikro-orm/migrations';
import { createStorageTables, dropStorageTables } from 'thread-journal';

export class Migration20261124000000 extends Migration {
  override up(): void {
    createStorageTables(this, { version: 1 });
  }
  override down(): void {
    dropStorageTables(this, { version: 1 });
  }
}
