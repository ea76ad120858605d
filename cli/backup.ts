import { resolve } from 'node:path';

import { backUp } from '../server/db/back-up.ts';
import { isPostgres } from '../server/db/open-database.ts';
import { pathOf, Unusable } from '../server/db/sqlite-file.ts';
import { command } from './command.ts';
import { databaseUrl } from './database-url.ts';
import { quoted } from './import-commands.ts';
import { untilInterrupted } from './interruption.ts';
import { freeTarget, intoNewFile } from './into-new-file.ts';
import type { Io } from './io.ts';
import { progressBar } from './progress-bar.ts';

export const backup = command({
  summary: 'copies the SQLite file of a running server',
  usage: `Copies the SQLite file that DATABASE_URL or --from names, as it is at this moment; the server may go
on working meanwhile. The copy is checked, nobody else may read it, and no file is overwritten.
To restore one, stop the server, move the file away together with those named like it that end in
-wal and -shm, put the copy in its place, and start.`,
  takes: [],
  options: {
    to: { type: 'string', value: '<file>', about: 'where the copy goes', isNeeded: true },
    from: { type: 'string', value: '<url>', about: 'file: and the path of another one than that of DATABASE_URL' },
  },
  examples: [
    ['backup --to backup.db', 'of the database of DATABASE_URL'],
    ['backup --to backup.db --from file:./userAuth.db', 'of this file'],
  ],
  async run({ values: { from, to = '' } }, io) {
    const source =
      from === undefined
        ? databaseUrl('DATABASE_URL', io.settings()['DATABASE_URL'] || undefined)
        : databaseUrl('--from', from);
    if (isPostgres(source)) throw new Unusable(dumpInstead(source, to, io));
    const target = freeTarget(resolve(to), 'backup');

    const { rows } = await intoNewFile(target, 'backup', async (url) => {
      let draw: ((done: number) => void) | undefined;
      return await backUp(pathOf(source), pathOf(url), (done, total) => {
        draw ??= untilInterrupted('backup', progressBar(io.screen, total));
        draw(done);
      });
    });
    const [users, sessions] = [rows.get('users') ?? 0, rows.get('sessions') ?? 0];
    io.print(`Backed up ${users} users and ${sessions} sessions into ${target}`, { file: target, users, sessions });
    io.note('Keep it as safe as the database: the hashes of all passwords are in it.');
    return 0;
  },
});

/** Without the password: pg_dump asks for it, or takes PGPASSWORD. */
function dumpInstead(source: string, to: string, { terminal }: Pick<Io, 'terminal'>): string {
  const url = new URL(source);
  url.password = '';
  return [
    'PostgreSQL brings a program for backups of its own. Run, as the role that owns the tables:',
    '',
    `  pg_dump --format=custom --schema=latchkey --file=${quoted(to, terminal)} ${quoted(url.href, terminal)}`,
  ].join('\n');
}
