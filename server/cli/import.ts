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
import { fail, WrongArguments } from './arguments.ts';
import { environmentWithFile } from './environment.ts';
import { readFirebaseParameters } from './firebase-parameters.ts';
import { besideOldFile, startCommand } from './import-commands.ts';
import { goesOn, importJsonLines, isOfJsonLines, textOf } from './import-json-lines.ts';
import { untilInterrupted } from './interruption.ts';
import { freeTarget, intoNewFile } from './into-new-file.ts';
import { progressBar } from './progress-bar.ts';

const usage = `Usage: npm run import -- <accounts.jsonl> [--dry-run] [--json] [--firebase-parameters <file>]
       npm run import -- <file of the old server>

Brings accounts into the database of DATABASE_URL: one JSON object a line, with the hash that another
system has made of the password (docs/importing.md). Servers may go on working meanwhile. If it breaks
off, run it again: it goes on where it was, and doubles nothing. What is wrong is reported by line, and
left out. --dry-run only checks; --json writes the report for programs; --firebase-parameters names a
file with what the console of Firebase shows as password hash parameters.

From a file of the old Express server it makes a new database instead: passwords are hashed on the way,
doubled and malformed e-mail addresses are reported and left out, and the old ids stay in the column
imported_id. The old file is only read; the new one is made beside it, userAuth.latchkey.db beside
userAuth.db.

The exit code is 0 where all accounts of JSON lines are in, or a new database was made; 1 where some were
left out or it broke off; 2 for wrong arguments.`;

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [source] = positionals;
  if (values.help || source === undefined || positionals.length > 1) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (isOfJsonLines(resolve(source))) return await fromJsonLines(resolve(source), values);
  if (values['dry-run'] || values.json || values['firebase-parameters'] !== undefined)
    throw new WrongArguments('--dry-run, --json and --firebase-parameters are for files of JSON lines.');

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
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
        'firebase-parameters': { type: 'string' },
      },
    });
  } catch (error) {
    throw new WrongArguments(error instanceof Error ? error.message : String(error));
  }
}

async function fromJsonLines(path: string, values: ReturnType<typeof readArguments>['values']): Promise<void> {
  const { 'dry-run': isDry = false, json: isJson = false, 'firebase-parameters': parameters } = values;
  const firebase = parameters === undefined ? undefined : readFirebaseParameters(parameters);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, breakOff);

  const config = readConfig(environmentWithFile());
  const report = await importJsonLines(path, config, { firebase, isDry, screen: process.stderr });
  console.log(isJson ? JSON.stringify({ isDry, ...report }) : textOf(report, { isDry }));
  if (report.leftOut.length > 0) process.exitCode = 1;
}

/** At any moment: each step is there whole or not at all. */
function breakOff(): void {
  console.error(`\nBroken off. ${goesOn}`);
  process.exit(1);
}

function say({ imported, leftOut }: ImportReport, target: string): void {
  for (const { account, reason } of leftOut) console.log(printable(`Left out: ${account}, because ${reason}.`));
  console.log(`Imported ${imported} of ${imported + leftOut.length} accounts into ${target}`);
  console.log(`Start with: ${startCommand(target, process)}`);
}

await main().catch((error: unknown) => fail(error instanceof ConfigError ? new Unusable(error.message) : error));
