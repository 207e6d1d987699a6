import { Migration } from '@mikro-orm/migrations';

/** A migration of a host, as a list of migrations takes it. */
export function HostMigration(run: (migration: Migration) => void): { name: string; class: typeof Migration } {
  class Made extends Migration {
    override up(): void {
      run(this);
    }
  }
  return { name: 'Made', class: Made };
}
