import { closeSync, openSync, readSync } from 'node:fs';

import type { Config } from '../config.ts';
import { printable } from '../db/old-server-file.ts';
import { DatabaseFault } from '../db/postgres-errors.ts';
import { Unusable } from '../db/sqlite-file.ts';
import { objectIn } from '../features/import-lines/contract.ts';
import { importLines } from '../features/import-lines/service.ts';
import type { ImportLinesReport } from '../features/import-lines/service.ts';
import type { FirebaseProject } from '../hashing/foreign-forms.ts';
import { systemClock } from '../kernel/clock.ts';
import { Refusal } from '../kernel/refusal.ts';
import { countLines, linesOf } from './json-lines.ts';
import { openOwnDatabase } from './open-own.ts';
import { progressBar } from './progress-bar.ts';

export const goesOn = 'Run it again: it goes on where it was.';

/** Whether a file begins as JSON does; one of SQLite begins with its name. What cannot be read is left to whoever reads it. */
export function isOfJsonLines(path: string): boolean {
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

interface Options {
  firebase: FirebaseProject | undefined;
  isDry: boolean;
  screen: Parameters<typeof progressBar>[0];
}

/** Brings the accounts of a file into the database of the configuration. */
export async function importJsonLines(
  path: string,
  config: Config,
  { screen, ...options }: Options,
): Promise<ImportLinesReport> {
  await refuseOtherJson(path);
  const onProgress = progressBar(screen, await countLines(path));
  const db = await openOwnDatabase(config);
  try {
    return await importLines({ db, clock: systemClock }, linesOf(path), { ...options, onProgress });
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

function translated(error: unknown): unknown {
  if (error instanceof Refusal) return new Unusable(`The database did not answer in time. ${goesOn}`);
  return error instanceof DatabaseFault ? new Unusable(`${error.message} ${goesOn}`) : error;
}

/** The report for people. */
export function textOf(
  { imported, alreadyThere, leftOut }: ImportLinesReport,
  { isDry }: Pick<Options, 'isDry'>,
): string {
  const total = imported + alreadyThere + leftOut.length;
  const already = alreadyThere > 0 ? ` ${alreadyThere} were there already.` : '';
  return [
    ...leftOut.map(({ line, reason }) => printable(`Left out: line ${line}: ${reason}`)),
    `${isDry ? 'Would import' : 'Imported'} ${imported} of ${total} accounts.${already}`,
  ].join('\n');
}
