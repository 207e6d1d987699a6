import { Migration } from '@mikro-orm/migrations';
import { createStorageTables, dropStorageTables } from 'thread-journal';
import { CREATE_CONVERSATION_STATS } from '../conversation-stats.ts';

export class Migration20261124000000 extends Migration {
  override up(): void {
    createStorageTables(this, { version: 1 });
    this.addSql(CREATE_CONVERSATION_STATS);
  }
  override down(): void {
    this.addSql('drop table conversation_stats');
    dropStorageTables(this, { version: 1 });
  }
}
