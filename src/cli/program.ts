import { Command, Option } from 'commander';
import { count, kindList, usageError, version } from './flags.ts';

/** The commands and their flags. Each command's code is loaded when it runs, so that `--help` is quick. */
export function program(): Command {
  const top = new Command('thread-journal')
    .description('Imports, exports, shows and looks after the threads of a thread-journal database.')
    .version(version())
    .option('--url <url>', 'the database: sqlite:./file.db or postgresql://user@host:5432/database')
    .option('--config <file>', "or the host's MikroORM config (default: mikro-orm.config.{ts,js,mjs})")
    .option('--context <name>', 'with --config: which of its contexts')
    .option('--schema <name>', 'with --url, on PostgreSQL: the schema of the tables')
    .option('--table-prefix <prefix>', 'with --url: what goes before each table name')
    .option('--json', 'the result as JSON, for programs')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(`${usageError(text)}\n`) })
    .exitOverride()
    .addHelpText('after', FOOTER);
  addWriting(top);
  addReading(top);
  addMaintenance(top);
  addProjections(top);
  return top;
}

const FOOTER = `
Better than a password in the URL: PGPASSWORD, or a ~/.pgpass file.
Exit codes: 0 done; 1 a problem in the data (a bad line, no such thread); 2 it could not run.`;

const FORMS = `
Each line is one conversation or one entry:
  {"threadId": "t1", "metadata": {…}, "messages": [{"role": "user", "content": "…"}, …]}
  {"threadId": "t1", "metadata": {…}, "entries": [{"kind": "note", "payload": {…}}, …]}
  {"threadId": "t1", "seq": 0, "kind": "note", "payload": {…}}
An entry may have id, at and refs too. Lines say what a thread holds from its start, or from seq:
what it holds already is compared, the rest is appended. So the same file again adds nothing.
The first line that cannot be kept ends the import; all lines before it are kept.`;

function addWriting(top: Command): void {
  top
    .command('migrate')
    .description("create the journal's tables, in a database that has no host of its own")
    .action(async (_flags: unknown, command: Command) => {
      const { migrate } = await import('./commands/migrate.ts');
      await migrate(command.optsWithGlobals());
    });
  top
    .command('import')
    .description('append what a JSONL file holds and the database lacks')
    .argument('<file>', 'the file, or - for stdin')
    .option('--yes', 'create the tables without asking, if there are none (with --url)')
    .addHelpText('after', FORMS)
    .action(async (file: string, _flags: unknown, command: Command) => {
      const { importFile } = await import('./commands/import.ts');
      await importFile(file, command.optsWithGlobals());
    });
}

const VALUES = `
A value that JSON cannot hold (Date, bigint, Map, …) is written as ["devalue", …], and read back by import.
messages leaves out ids, times and refs, and refuses a thread that holds anything but chat messages.`;

function addReading(top: Command): void {
  top
    .command('export')
    .description('write threads as JSONL, in a form that import reads')
    .argument('[threadId...]', 'which threads (default: all)')
    .addOption(
      new Option('--format <format>', 'a line a thread, a line an entry, or chat messages only')
        .choices(['conversations', 'entries', 'messages'])
        .default('conversations'),
    )
    .option('--output <file>', 'a file instead of stdout; it appears when it is whole')
    .option('--force', 'replace the file if it exists')
    .addHelpText('after', VALUES)
    .action(async (threadIds: readonly string[], _flags: unknown, command: Command) => {
      const { exportThreads } = await import('./commands/export.ts');
      await exportThreads(threadIds, command.optsWithGlobals());
    });
  top
    .command('threads')
    .description('list the threads, by id')
    .option('--after <id>', 'start behind this thread')
    .option('--limit <n>', 'at most so many', count)
    .action(async (_flags: unknown, command: Command) => {
      const { listThreads } = await import('./commands/threads.ts');
      await listThreads(command.optsWithGlobals());
    });
  top
    .command('show')
    .description('show one thread, a line an entry')
    .argument('<threadId>', 'which thread')
    .option('--from <seq>', 'start at this entry', count)
    .option('--limit <n>', 'at most so many entries', count)
    .option('--tail <n>', 'only the last so many', count)
    .action(async (threadId: string, _flags: unknown, command: Command) => {
      const { showThread } = await import('./commands/show.ts');
      await showThread(threadId, command.optsWithGlobals());
    });
  top
    .command('tail')
    .description('follow a thread, or all of them, a line an entry, until Ctrl-C')
    .argument('[threadId]', 'which thread: its last 10 entries, then what comes')
    .option('--all', 'all threads instead: what comes')
    .option('--from-seq <seq>', 'of a thread: start at this entry', count)
    .option('--after <cursor>', 'with --all: start behind this cursor, as --json writes it')
    .option('--kinds <list>', 'only these kinds, with commas between them', kindList)
    .action(async (threadId: string | undefined, _flags: unknown, command: Command) => {
      const { tail } = await import('./commands/tail.ts');
      await tail(threadId, command.optsWithGlobals());
    });
}

const SNAPSHOTS = `
Snapshots make loads quick and can be made again at any time. The journal is only read, others may go on appending,
and a rebuild that was ended goes on where it was when it is run again.`;

const DIFFERENCES = `
Exit codes: 0 no difference; 1 differences, a line each; 2 it could not run.
--repair makes snapshots again that are not right. Nothing here changes the journal itself.`;

const FOUND = `
Looks at versions, tables and guards, durability, the feed, and whether notifications arrive.
Exit codes: 0 no problem, warnings aside; 1 a problem, a line each; 2 it could not look.
With --config the database is looked at as the app sees it.`;

function addMaintenance(top: Command): void {
  top
    .command('rebuild')
    .description('make snapshots again from the journal')
    .argument('[threadId...]', 'which threads')
    .option('--all', 'all threads')
    .option('--since <time>', 'the threads appended to since then: ISO 8601, or epoch milliseconds')
    .option('--dry-run', 'say what would be done, and write nothing')
    .addHelpText('after', SNAPSHOTS)
    .action(async (threadIds: readonly string[], _flags: unknown, command: Command) => {
      const { rebuild } = await import('./commands/rebuild.ts');
      await rebuild(threadIds, command.optsWithGlobals());
    });
  top
    .command('verify')
    .description('compare heads, entries and snapshots, and list every difference')
    .argument('[threadId...]', 'which threads (default: all)')
    .option('--repair', 'make snapshots again that are not right')
    .addHelpText('after', DIFFERENCES)
    .action(async (threadIds: readonly string[], _flags: unknown, command: Command) => {
      const { verify } = await import('./commands/verify.ts');
      await verify(threadIds, command.optsWithGlobals());
    });
  top
    .command('doctor')
    .description('look whether the database is as a journal needs it, and say what is wrong')
    .option('--after-restore', 'first make the feed readable again, once after a restore, as the owner of the tables')
    .addHelpText('after', FOUND)
    .action(async (_flags: unknown, command: Command) => {
      const { doctor } = await import('./commands/doctor.ts');
      await doctor(command.optsWithGlobals());
    });
  top
    .command('stats')
    .description('threads, entries, bytes, the longest threads')
    .action(async (_flags: unknown, command: Command) => {
      const { showStats } = await import('./commands/stats.ts');
      await showStats(command.optsWithGlobals());
    });
}

const VERSIONS = `
The file exports by default what "new Projector" takes, but for the journal; one, or a list of them:
  export default [{ projection: { name: 'stats', version: 2 }, handle }];
and as upcasters those of the app's journal, if it has any.
The new version is built from the journal's beginning while the old one goes on, and is swapped in when it has caught up.
Ended before that, it goes on where it was when it is run again.`;

function addProjections(top: Command): void {
  const project = top.command('project').description('projections over all threads: list, status, rebuild');
  project
    .command('list')
    .description('every version of every projection that ever ran')
    .action(async (_flags: unknown, command: Command) => {
      const { listProjections } = await import('./commands/project.ts');
      await listProjections(command.optsWithGlobals());
    });
  project
    .command('status')
    .description('how far the versions of a projection are, and what they have parked')
    .argument('<name>', 'which projection')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const { showProjection } = await import('./commands/project.ts');
      await showProjection(name, command.optsWithGlobals());
    });
  project
    .command('rebuild')
    .description('build a new version of a projection beside the live one, and swap')
    .argument('<name>', 'which projection')
    .requiredOption('--projectors <file>', 'the module that exports your projectors')
    .addHelpText('after', VERSIONS)
    .action(async (name: string, _flags: unknown, command: Command) => {
      const { rebuildProjection } = await import('./commands/project.ts');
      await rebuildProjection(name, command.optsWithGlobals());
    });
}
