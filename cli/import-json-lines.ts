import type { Config } from '../server/config.ts';
import { printable } from '../server/db/old-server-file.ts';
import { DatabaseFault } from '../server/db/postgres-errors.ts';
import { Unusable } from '../server/db/sqlite-file.ts';
import { objectIn } from '../server/features/import-lines/contract.ts';
import { importLines } from '../server/features/import-lines/service.ts';
import type { ImportLinesReport, Line } from '../server/features/import-lines/service.ts';
import type { FirebaseProject } from '../server/hashing/foreign-forms.ts';
import { systemClock } from '../server/kernel/clock.ts';
import { Refusal } from '../server/kernel/refusal.ts';
import { countLines, linesOf } from './json-lines.ts';
import type { Io } from './io.ts';
import { openOwn } from './open-own.ts';
import { progressBar } from './progress-bar.ts';

export const goesOn = 'Run it again: it goes on where it was.';

interface Options {
  firebase: FirebaseProject | undefined;
  isDry: boolean;
  io: Io;
}

/** Brings the accounts of a file into the database of the configuration. */
export async function importJsonLines(
  path: string,
  config: Config,
  { io, ...options }: Options,
): Promise<ImportLinesReport> {
  await refuseOtherJson(path);
  const onProgress = progressBar(io.screen, await countLines(path));
  const db = await openOwn(config, io);
  try {
    return await importLines({ db, clock: systemClock }, linesOf(path), { ...options, onProgress });
  } catch (error) {
    throw translated(error);
  } finally {
    await db.close();
  }
}

/** An export as it came from elsewhere is one value over all of its lines, of which each by itself is a fault. */
export async function refuseOtherJson(path: string): Promise<void> {
  let first: Line | undefined;
  for await (const line of linesOf(path)) {
    first = line;
    break;
  }
  if (!first) throw new Unusable(`The file ${path} has no accounts: all of its lines are empty.`);
  if ('text' in first && objectIn(first.text)) return;
  throw new Unusable(
    `The file ${path} is none of JSON lines: its first line is not one whole object. Each line has to be one JSON object in UTF-8, which is an account: docs/importing.md says how to make such a file from an export.`,
  );
}

function translated(error: unknown): unknown {
  if (error instanceof Refusal) return new Unusable(`The database did not answer in time. ${goesOn}`);
  return error instanceof DatabaseFault ? new Unusable(`${error.message} ${goesOn}`) : error;
}

/** The report for people. */
export function textOf(
  { imported, alreadyThere, leftOut, unconfirmed }: ImportLinesReport,
  { isDry }: Pick<Options, 'isDry'>,
): string {
  const total = imported + alreadyThere + leftOut.length;
  const already = alreadyThere > 0 ? ` ${alreadyThere} were there already.` : '';
  return [
    ...leftOut.map(({ line, reason }) => printable(`Left out: line ${line}: ${reason}`)),
    ...unconfirmed.map(({ line, reason }) => `Not confirmed: line ${line}: ${reason}`),
    `${isDry ? 'Would import' : 'Imported'} ${imported} of ${total} accounts.${already}`,
  ].join('\n');
}
