import { closeSync, constants, copyFileSync, existsSync, linkSync, openSync, rmSync } from 'node:fs';
import { inspect } from 'node:util';

import { countUsers, printable } from '../db/old-server-file.ts';
import { Unusable } from '../db/sqlite-file.ts';
import { newId } from '../kernel/id.ts';

/**
 * Fills a new database under a name of its own and gives it the name `target` once it is whole: an
 * import that was interrupted leaves no half database to start on, and two at once do not meet.
 *
 * @throws Unusable with a sentence for the operator, whatever `fill` threw
 */
export async function intoNewFile<Report extends { imported: number }>(
  target: string,
  fill: (url: string) => Promise<Report>,
): Promise<Report> {
  const partial = makePartial(target);
  try {
    const report = await fill(`file:${partial}`);
    check(partial, report.imported);
    publish(partial, target);
    return report;
  } catch (error) {
    throw explained(target, error);
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
function check(partial: string, imported: number): void {
  if (existsSync(`${partial}-wal`)) throw new Error('the new database was not written to its end');
  const found = countUsers(partial);
  if (found !== imported) throw new Error(`the new database holds ${found} accounts instead of ${imported}`);
}

/** Gives the file its name, unless a server or another import has taken that meanwhile: nothing is overwritten. */
export function publish(partial: string, target: string, link = linkSync): void {
  try {
    linkOrCopy(partial, target, link);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new Unusable(
      `The database ${target} was made by another program while the import ran. It was left as it is, and nothing of this import was kept. Move it away and import again, or set DATABASE_URL.`,
    );
  }
}

/** Both fail where the target exists. Not every file system has links, such as FAT; a copy is not there at once. */
function linkOrCopy(partial: string, target: string, link: typeof linkSync): void {
  try {
    link(partial, target);
  } catch (error) {
    if (isTaken(error)) throw error;
    copyFileSync(partial, target, constants.COPYFILE_EXCL);
  }
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

function explained(target: string, error: unknown): Unusable {
  if (error instanceof Unusable) return error;
  const reason = error instanceof Error ? error.message : inspect(error);
  return new Unusable(`The import into ${target} failed, and nothing of it was kept: ${printable(reason)}`);
}
