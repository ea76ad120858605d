import { readConfig } from '../config.ts';
import { printable, readOldAccounts } from '../db/old-server-file.ts';
import { openSqlite } from '../db/open-sqlite.ts';
import { importAccounts } from '../features/import/service.ts';
import type { ImportReport } from '../features/import/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../hashing/bcrypt-sha256.ts';
import { systemClock } from '../kernel/clock.ts';
import { environmentWithFile } from './environment.ts';
import { besideOldFile, startCommand } from './import-commands.ts';
import { untilInterrupted } from './interruption.ts';
import { freeTarget, intoNewFile } from './into-new-file.ts';
import { progressBar } from './progress-bar.ts';

/** Makes a new database beside a file of the old Express server. */
export async function importOldFile(source: string): Promise<void> {
  const config = readConfig(environmentWithFile());
  const accounts = readOldAccounts(source);
  const target = freeTarget(besideOldFile(source), 'import');

  const onProgress = untilInterrupted('import', progressBar(process.stderr, accounts.length));
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
  say(report, target);
}

function say({ imported, leftOut }: ImportReport, target: string): void {
  for (const { account, reason } of leftOut) console.log(printable(`Left out: ${account}, because ${reason}.`));
  console.log(`Imported ${imported} of ${imported + leftOut.length} accounts into ${target}`);
  console.log(`Start with: ${startCommand(target, process)}`);
}
