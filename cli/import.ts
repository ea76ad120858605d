import { resolve } from 'node:path';

import { readConfig } from '../server/config.ts';
import { printable, readOldAccounts } from '../server/db/old-server-file.ts';
import { openSqlite } from '../server/db/open-sqlite.ts';
import { importAccounts } from '../server/features/import/service.ts';
import type { ImportReport } from '../server/features/import/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../server/hashing/bcrypt-sha256.ts';
import { systemClock } from '../server/kernel/clock.ts';
import { command, WrongArguments } from './command.ts';
import type { ExitCode } from './command.ts';
import { readFirebaseParameters } from './firebase-parameters.ts';
import { besideOldFile, startCommand } from './import-commands.ts';
import { goesOn, importJsonLines, textOf } from './import-json-lines.ts';
import { isSqlite, refuseOtherThanFile } from './import-source.ts';
import { endWhenInterrupted, untilInterrupted } from './interruption.ts';
import { freeTarget, intoNewFile } from './into-new-file.ts';
import type { Io } from './io.ts';
import { progressBar } from './progress-bar.ts';

export const importing = command({
  summary: 'brings in accounts of another system',
  usage: `Brings accounts into the database of DATABASE_URL from a file of JSON lines: one object a line, with
the hash that another system has made of the password (docs/importing.md). Servers may go on working
meanwhile. If it breaks off, run it again: it goes on where it was, and doubles nothing. What is wrong is
reported by line and left out, and then it has failed.

From a file of the old Express server it makes a new database instead: passwords are hashed on the way,
doubled and malformed e-mail addresses are reported and left out, and the old ids stay in the column
imported_id. The old file is only read; the new one is made beside it, userAuth.latchkey.db beside
userAuth.db.`,
  takes: ['<file>'],
  options: {
    'dry-run': { type: 'boolean', about: 'only checks the JSON lines' },
    'firebase-parameters': {
      type: 'string',
      value: '<file>',
      about: 'a file with what the console of Firebase shows as password hash parameters',
    },
  },
  examples: [
    ['import accounts.jsonl --dry-run', 'checks each line'],
    ['import accounts.jsonl', 'into the database of DATABASE_URL'],
    ['import ./userAuth.db', 'of the old server, into ./userAuth.latchkey.db'],
  ],
  async run({ positionals: [source = ''], values }, io) {
    const path = resolve(source);
    refuseOtherThanFile(path);
    const { 'dry-run': isDry, 'firebase-parameters': parameters } = values;
    if (!isSqlite(path)) return await fromJsonLines(path, { isDry: isDry ?? false, parameters }, io);
    if (isDry || parameters !== undefined)
      throw new WrongArguments('--dry-run and --firebase-parameters are for files of JSON lines.');
    return await fromOldServer(path, io);
  },
});

interface OfJsonLines {
  isDry: boolean;
  parameters: string | undefined;
}

async function fromJsonLines(path: string, { isDry, parameters }: OfJsonLines, io: Io): Promise<ExitCode> {
  const firebase = parameters === undefined ? undefined : readFirebaseParameters(parameters);
  // At any moment: each step is there whole or not at all.
  endWhenInterrupted(`Broken off. ${goesOn}`);
  const report = await importJsonLines(path, readConfig(io.settings()), { firebase, isDry, io });
  io.print(textOf(report, { isDry }), { isDry, ...report });
  return report.leftOut.length > 0 ? 1 : 0;
}

async function fromOldServer(path: string, io: Io): Promise<ExitCode> {
  const config = readConfig(io.settings());
  const accounts = readOldAccounts(path);
  const target = freeTarget(besideOldFile(path), 'import');

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
  io.print(oldServerText(report, target, io), { file: target, imported, leftOut });
  return 0;
}

const oldServerText = ({ imported, leftOut }: ImportReport, target: string, { terminal }: Pick<Io, 'terminal'>) =>
  [
    ...leftOut.map(({ account, reason }) => printable(`Left out: ${account}, because ${reason}.`)),
    `Imported ${imported} of ${imported + leftOut.length} accounts into ${target}`,
    `Start with: ${startCommand(target, terminal)}`,
  ].join('\n');
