import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

import { ConfigError, readConfig } from '../config.ts';
import { printable, readOldAccounts } from '../db/old-server-file.ts';
import { openSqlite } from '../db/open-sqlite.ts';
import { Unusable } from '../db/sqlite-file.ts';
import { importAccounts } from '../features/import/service.ts';
import type { ImportReport } from '../features/import/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../hashing/bcrypt-sha256.ts';
import { systemClock } from '../kernel/clock.ts';
import { environmentWithFile } from './environment.ts';
import { besideOldFile, startCommand } from './import-commands.ts';
import { untilInterrupted } from './interruption.ts';
import { freeTarget, intoNewFile } from './into-new-file.ts';
import { progressBar } from './progress-bar.ts';

const usage = `Usage: npm run import -- <file of the old server>

Makes a new database from a file of the old Express server: passwords are hashed on the way,
doubled and malformed e-mail addresses are reported and left out, and the old ids stay in the
column imported_id. The old file is only read; the new one is made beside it, userAuth.latchkey.db
beside userAuth.db.`;

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [source] = positionals;
  if (values.help || source === undefined || positionals.length > 1) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const config = readConfig(environmentWithFile());
  const accounts = readOldAccounts(resolve(source));
  const target = freeTarget(besideOldFile(resolve(source)), 'import');

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

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

function say({ imported, leftOut }: ImportReport, target: string): void {
  for (const { account, reason } of leftOut) console.log(printable(`Left out: ${account}, because ${reason}.`));
  console.log(`Imported ${imported} of ${imported + leftOut.length} accounts into ${target}`);
  console.log(`Start with: ${startCommand(target, process)}`);
}

await main().catch((error: unknown) => {
  const isExplained = error instanceof ConfigError || error instanceof Unusable;
  console.error(isExplained ? error.message : error);
  process.exitCode = 1;
});
