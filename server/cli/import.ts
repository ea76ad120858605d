import { closeSync, openSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

import { ConfigError } from '../config.ts';
import { Unusable } from '../db/sqlite-file.ts';
import { fail, WrongArguments } from './arguments.ts';
import { importJsonLines } from './import-json-lines.ts';
import { importOldFile } from './import-old-file.ts';

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
  const { help: _help, 'dry-run': isDry = false, json: isJson = false, 'firebase-parameters': parameters } = values;
  const path = resolve(source);
  if (isObject(path)) await importJsonLines(path, { isDry, isJson, firebaseParameters: parameters });
  else if (isDry || isJson || parameters !== undefined)
    throw new WrongArguments('--dry-run, --json and --firebase-parameters are for files of JSON lines.');
  else await importOldFile(path);
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

/** Whether a file begins as JSON lines do; one of SQLite begins with its name. What cannot be read is left to whoever reads it. */
function isObject(path: string): boolean {
  const bytes = Buffer.alloc(64);
  try {
    const file = openSync(path, 'r');
    readSync(file, bytes);
    closeSync(file);
  } catch {
    return false;
  }
  return /^\uFEFF?\s*\{/.test(bytes.toString());
}

await main().catch((error: unknown) => fail(error instanceof ConfigError ? new Unusable(error.message) : error));
