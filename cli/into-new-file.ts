import { closeSync, constants, copyFileSync, existsSync, linkSync, lstatSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect } from 'node:util';

import { countUsers, printable } from '../server/db/old-server-file.ts';
import { Unusable } from '../server/db/sqlite-file.ts';
import { newId } from '../server/kernel/id.ts';

/** What fills a new database, as it is called in sentences. */
export type Work = 'import' | 'backup';

/**
 * Fills a new database under a name of its own and gives it the name `target` once it is whole: work
 * that was interrupted leaves no half database to start on, and two at once do not meet.
 *
 * @param fill says how many accounts there must be in it afterwards
 * @throws Unusable with a sentence for the operator, whatever `fill` threw
 */
export async function intoNewFile<Report extends { accounts: number }>(
  target: string,
  work: Work,
  fill: (url: string) => Promise<Report>,
): Promise<Report> {
  const partial = makePartial(target);
  try {
    const report = await fill(`file:${partial}`);
    check(partial, report.accounts);
    publish(partial, target, work);
    return report;
  } catch (error) {
    throw explained(error, target, work);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(partial + suffix, { force: true });
  }
}

/** Made exclusively, so that whatever is removed later is what this run has made. */
function makePartial(target: string): string {
  const partial = `${target}.${newId()}.partial`;
  try {
    closeSync(openSync(partial, 'wx', 0o600));
    return partial;
  } catch (error) {
    throw Unusable.because(target, error);
  }
}

/** Reads back what was written. A log that is still there holds rows that the file alone, which is published, lacks. */
function check(partial: string, accounts: number): void {
  if (existsSync(`${partial}-wal`)) throw new Error('the new database was not written to its end');
  const found = countUsers(partial);
  if (found !== accounts) throw new Error(`the new database holds ${found} accounts instead of ${accounts}`);
}

/** Gives the file its name, unless a server or another run has taken that meanwhile: nothing is overwritten. */
function publish(partial: string, target: string, work: Work): void {
  try {
    linkOrCopy(partial, target);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new Unusable(
      `The database ${target} was made by another program while the ${work} ran. It was left as it is, and nothing of this ${work} was kept. Move it away and try again.`,
    );
  }
}

/** Both fail where the target exists. Not every file system has links, such as FAT; a copy is not there at once. */
export function linkOrCopy(partial: string, target: string, link = linkSync): void {
  try {
    link(partial, target);
  } catch (error) {
    if (isTaken(error)) throw error;
    copyFileSync(partial, target, constants.COPYFILE_EXCL);
  }
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

function explained(error: unknown, target: string, work: Work): Unusable {
  if (error instanceof Unusable) return error;
  const reason = error instanceof Error ? error.message : inspect(error);
  return new Unusable(`The ${work} into ${target} failed, and nothing of it was kept: ${printable(reason)}`);
}

/**
 * A name at which there is nothing yet.
 *
 * @throws Unusable where there is
 */
export function freeTarget(target: string, work: Work): string {
  if (!existsSync(dirname(target)))
    throw new Unusable(
      `There is no folder ${dirname(target)}, into which the ${work} would be written. Make it first.`,
    );
  const taken = [target, `${target}-wal`, `${target}-journal`].find(isThere);
  if (taken === undefined) return target;
  throw new Unusable(`The file ${taken} exists already, and the ${work} makes a new one. Move it away and try again.`);
}

/** Also a link that leads nowhere. A log without its database counts, because SQLite would write it into the new one. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
