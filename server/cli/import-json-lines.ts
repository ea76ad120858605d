import { readConfig } from '../config.ts';
import { printable } from '../db/old-server-file.ts';
import { DatabaseFault } from '../db/postgres-errors.ts';
import { Unusable } from '../db/sqlite-file.ts';
import { objectIn } from '../features/import-lines/contract.ts';
import { importLines } from '../features/import-lines/service.ts';
import type { ImportLinesReport } from '../features/import-lines/service.ts';
import { systemClock } from '../kernel/clock.ts';
import { Refusal } from '../kernel/refusal.ts';
import { environmentWithFile } from './environment.ts';
import { readFirebaseParameters } from './firebase-parameters.ts';
import { countLines, linesOf } from './json-lines.ts';
import { openOwnDatabase } from './own-database.ts';
import { progressBar } from './progress-bar.ts';

interface Options {
  isDry: boolean;
  /** Whether a program reads the report. */
  isJson: boolean;
  firebaseParameters: string | undefined;
}

const again = 'Run it again: it goes on where it was.';

/** Brings the accounts of a file into the database of DATABASE_URL, and says what became of each. */
export async function importJsonLines(path: string, options: Options): Promise<void> {
  const { isDry, firebaseParameters } = options;
  const firebase = firebaseParameters === undefined ? undefined : readFirebaseParameters(firebaseParameters);
  const config = readConfig(environmentWithFile());
  await refuseOtherJson(path);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, breakOff);

  const onProgress = progressBar(process.stderr, await countLines(path));
  const db = await openOwnDatabase(config);
  try {
    const lines = linesOf(path);
    say(await importLines({ db, clock: systemClock }, lines, { firebase, isDry, onProgress }), options);
  } catch (error) {
    throw translated(error);
  } finally {
    await db.close();
  }
}

/** An export as it came from elsewhere is one value over all of its lines, of which each by itself is a fault. */
async function refuseOtherJson(path: string): Promise<void> {
  for await (const line of linesOf(path)) {
    if ('text' in line && objectIn(line.text)) return;
    break;
  }
  throw new Unusable(
    `The file ${path} is none of JSON lines: its first line is not one whole object. docs/importing.md says how to make one from an export.`,
  );
}

function say({ imported, alreadyThere, leftOut }: ImportLinesReport, { isDry, isJson }: Options): void {
  if (leftOut.length > 0) process.exitCode = 1;
  if (isJson) return console.log(JSON.stringify({ isDry, imported, alreadyThere, leftOut }));
  for (const { line, reason } of leftOut) console.log(printable(`Left out: line ${line}: ${reason}`));
  const already = alreadyThere > 0 ? ` ${alreadyThere} were there already.` : '';
  const total = imported + alreadyThere + leftOut.length;
  console.log(`${isDry ? 'Would import' : 'Imported'} ${imported} of ${total} accounts.${already}`);
}

/** At any moment: each step is there whole or not at all. */
function breakOff(): void {
  console.error(`\nBroken off. ${again}`);
  process.exit(1);
}

function translated(error: unknown): unknown {
  if (error instanceof Refusal) return new Unusable(`The database did not answer in time. ${again}`);
  return error instanceof DatabaseFault ? new Unusable(`${error.message} ${again}`) : error;
}
