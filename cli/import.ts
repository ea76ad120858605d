import { resolve } from 'node:path';

import { readConfig } from '../server/config.ts';
import { printable, readOldAccounts } from '../server/db/old-server-file.ts';
import { openSqlite } from '../server/db/open-sqlite.ts';
import { importAccounts } from '../server/features/import/service.ts';
import type { ImportReport } from '../server/features/import/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../server/hashing/bcrypt-sha256.ts';
import { systemClock } from '../server/kernel/clock.ts';
import { command } from './command.ts';
import { besideOldFile, startCommand } from './import-commands.ts';
import { untilInterrupted } from './interruption.ts';
import { freeTarget, intoNewFile } from './into-new-file.ts';
import type { Io } from './io.ts';
import { progressBar } from './progress-bar.ts';

export const importing = command({
  summary: 'makes a new database from a file of the old server',
  usage: `Makes a new database from a file of the old Express server: passwords are hashed on the way,
doubled and malformed e-mail addresses are reported and left out, and the old ids stay in the
column imported_id. The old file is only read; the new one is made beside it, userAuth.latchkey.db
beside userAuth.db.`,
  takes: ['<file>'],
  options: {},
  examples: [['import ./userAuth.db', 'into ./userAuth.latchkey.db']],
  async run({ positionals: [source = ''] }, io) {
    const config = readConfig(io.settings());
    const accounts = readOldAccounts(resolve(source));
    const target = freeTarget(besideOldFile(resolve(source)), 'import');

    const onProgress = untilInterrupted('import', progressBar(io.screen, accounts.length));
    const report = await intoNewFile(target, 'import', async (url) => {
      const db = await openSqlite(url);
      try {
        const deps = { db, clock: systemClock, hasher: createBcryptHasher(config.bcryptCost, bcryptOnNodesPool) };
        const report = await importAccounts(deps, accounts, onProgress);
        return { ...report, accounts: report.imported };
      } finally {
        await db.close();
      }
    });
    const { imported, leftOut } = report;
    io.print(textOf(report, target, io), { file: target, imported, leftOut });
    return 0;
  },
});

const textOf = ({ imported, leftOut }: ImportReport, target: string, { terminal }: Pick<Io, 'terminal'>): string =>
  [
    ...leftOut.map(({ account, reason }) => printable(`Left out: ${account}, because ${reason}.`)),
    `Imported ${imported} of ${imported + leftOut.length} accounts into ${target}`,
    `Start with: ${startCommand(target, terminal)}`,
  ].join('\n');
