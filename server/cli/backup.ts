import { resolve } from 'node:path';

import { backUp } from '../db/back-up.ts';
import { isPostgres } from '../db/open-database.ts';
import { pathOf, Unusable } from '../db/sqlite-file.ts';
import { databaseUrl, fail, readArguments } from './arguments.ts';
import { environmentWithFile } from './environment.ts';
import { quoted } from './import-commands.ts';
import { untilInterrupted } from './interruption.ts';
import { freeTarget, intoNewFile } from './into-new-file.ts';
import { progressBar } from './progress-bar.ts';

const usage = `Usage: npm run db:backup -- --to backup.db [--from file:./userAuth.db]

Copies the SQLite file that DATABASE_URL or --from names, as it is at this moment; the server may go
on working meanwhile. The copy is checked, nobody else may read it, and no file is overwritten.
To restore one, stop the server, move the file away together with those named like it that end in
-wal and -shm, put the copy in its place, and start.

The exit code is 0 where the copy is whole, 1 where there is none, 2 for wrong arguments.`;

async function main(): Promise<void> {
  const { from, to, help } = readArguments();
  if (help || to === undefined) {
    console.log(usage);
    process.exitCode = help ? 0 : 2;
    return;
  }
  const source =
    from === undefined
      ? databaseUrl('DATABASE_URL', environmentWithFile()['DATABASE_URL'] || undefined)
      : databaseUrl('--from', from);
  if (isPostgres(source)) throw new Unusable(dumpInstead(source, to));
  const target = freeTarget(resolve(to), 'backup');

  const { rows } = await intoNewFile(target, 'backup', async (url) => {
    let draw: ((done: number) => void) | undefined;
    return await backUp(pathOf(source), pathOf(url), (done, total) => {
      draw ??= untilInterrupted('backup', progressBar(process.stderr, total));
      draw(done);
    });
  });
  const counts = (['users', 'sessions'] as const).map((table) => `${rows.get(table) ?? 0} ${table}`);
  console.log(`Backed up ${counts.join(' and ')} into ${target}`);
  console.log('Keep it as safe as the database: the hashes of all passwords are in it.');
}

/** Without the password: pg_dump asks for it, or takes PGPASSWORD. */
function dumpInstead(source: string, to: string): string {
  const url = new URL(source);
  url.password = '';
  return [
    'PostgreSQL brings a program for backups of its own. Run, as the role that owns the tables:',
    '',
    `  pg_dump --format=custom --schema=latchkey --file=${quoted(to, process)} ${quoted(url.href, process)}`,
  ].join('\n');
}

await main().catch(fail);
