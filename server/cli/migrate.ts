import { parseArgs } from 'node:util';

import { ConfigError, readConfig } from '../config.ts';
import { isPostgres, openDatabase } from '../db/open-database.ts';
import { nameOf } from '../db/postgres-url.ts';
import { pathOf, Unusable } from '../db/sqlite-file.ts';
import { warnings } from './arguments.ts';
import { environmentWithFile } from './environment.ts';

const usage = `Usage: npm run db:migrate

Brings the tables of DATABASE_URL up to date, and ends. A server does the same at its
start, so this is for where servers log in as a role that may not change tables.`;

async function main(): Promise<void> {
  if (readArguments().help) {
    console.log(usage);
    return;
  }
  const { databaseUrl } = readConfig(environmentWithFile());
  const database = await openDatabase(databaseUrl, {
    poolSize: 1,
    log: warnings,
  });
  await database.close();
  console.log(`${isPostgres(databaseUrl) ? nameOf(databaseUrl) : pathOf(databaseUrl)} is up to date.`);
}

function readArguments(): { help?: boolean } {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof Unusable ? error.message : error);
  process.exitCode = 1;
});
