import { existsSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

import { ConfigError, readConfig } from '../config.ts';
import { readOldAccounts } from '../db/old-server-file.ts';
import { openSqlite } from '../db/open-sqlite.ts';
import { pathOf, Unusable } from '../db/sqlite-file.ts';
import { importAccounts } from '../features/import/service.ts';
import type { ImportReport } from '../features/import/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../hashing/bcrypt-sha256.ts';
import { systemClock } from '../kernel/clock.ts';
import { environmentWithFile } from './environment.ts';
import { besideOldFile, startCommand } from './import-commands.ts';
import { progressBar } from './progress-bar.ts';

const usage = `Usage: npm run import -- <file of the old server>

Makes a new database from a file of the old Express server: passwords are hashed on the way,
doubled and malformed e-mail addresses are reported and left out, and the old ids stay in the
column imported_id. The old file is only read.

The new database is the one that DATABASE_URL names or, where that is the old file itself,
one beside it.`;

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
  const target = targetFor(resolve(source), pathOf(config.databaseUrl));

  const report = await intoNewFile(target, async (url) => {
    const db = await openSqlite(url);
    try {
      const deps = { db, clock: systemClock, hasher: createBcryptHasher(config.bcryptCost, bcryptOnNodesPool) };
      return await importAccounts(deps, accounts, progressBar(process.stderr, accounts.length));
    } finally {
      db.close();
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

function targetFor(source: string, configured: string): string {
  const isSource = existsSync(configured) && realpathSync(configured) === realpathSync(source);
  const target = isSource ? besideOldFile(source) : configured;
  if (existsSync(target)) {
    throw new Unusable(
      `The database ${target} exists already, and the import makes a new one. Move it away, or set DATABASE_URL.`,
    );
  }
  return target;
}

/** Under another name until it is whole, so that an import that was interrupted leaves no half database to start on. */
async function intoNewFile<Result>(target: string, fill: (url: string) => Promise<Result>): Promise<Result> {
  const partial = `${target}.partial`;
  const clear = (): void => ['', '-wal', '-shm'].forEach((suffix) => rmSync(partial + suffix, { force: true }));
  clear();
  try {
    const result = await fill(`file:${partial}`);
    renameSync(partial, target);
    return result;
  } finally {
    clear();
  }
}

function say({ imported, leftOut }: ImportReport, target: string): void {
  for (const { id, reason } of leftOut) console.log(`Left out: id ${id}, because ${reason}.`);
  console.log(`Imported ${imported} of ${imported + leftOut.length} accounts into ${target}`);
  console.log(`Start with: ${startCommand(target, process)}`);
}

await main().catch((error: unknown) => {
  const isExplained = error instanceof ConfigError || error instanceof Unusable;
  console.error(isExplained ? error.message : error);
  process.exitCode = 1;
});
