import { parseArgs } from 'node:util';

import { ConfigError, readConfig } from '../config.ts';
import { DatabaseFault } from '../db/postgres-errors.ts';
import { Unusable } from '../db/sqlite-file.ts';
import { resealSeeds } from '../features/reseal/service.ts';
import type { ResealReport } from '../features/reseal/service.ts';
import { Refusal } from '../kernel/refusal.ts';
import { sealedBoxOf } from '../kernel/sealed-box.ts';
import { fail, WrongArguments } from './arguments.ts';
import { environmentWithFile } from './environment.ts';
import { openOwnDatabase } from './open-own.ts';
import { progressBar } from './progress-bar.ts';

const usage = `Usage: npm run keys:reseal [-- --dry-run]

Seals the seeds of authenticator apps in the database of DATABASE_URL anew, under the first of
ENCRYPTION_KEYS, so that the other keys can be left out. Servers may go on working meanwhile, if
each of them has the new key already. If it breaks off, run it again. With --dry-run it only says
how many seeds are under which key; a key is named by the first of its SHA-256.

The exit code is 0 where all is under the first key, or was looked at and can be read, 1 where
something cannot be read or it broke off, 2 for wrong arguments.`;

const again = 'Run it again: it goes on where it was.';

async function main(): Promise<void> {
  const { help, 'dry-run': isDry = false } = readArguments();
  if (help) {
    console.log(usage);
    return;
  }
  const config = readConfig(environmentWithFile());
  const sealedBox = sealedBoxOf(config.encryptionKeys);
  if (!sealedBox) throw new Unusable('ENCRYPTION_KEYS is not set: there is no key to seal anything under.');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, breakOff);

  const db = await openOwnDatabase(config);
  try {
    let draw: ((done: number) => void) | undefined;
    const onProgress = (done: number, total: number): void => {
      draw ??= progressBar(process.stderr, total);
      draw(done);
    };
    const report = await resealSeeds({ db, sealedBox }, { isDry, onProgress });
    tell(report, { keyIds: sealedBox.keyIds, isDry });
  } catch (error) {
    throw translated(error);
  } finally {
    await db.close();
  }
}

function readArguments(): { help?: boolean; 'dry-run'?: boolean } {
  try {
    const options = { help: { type: 'boolean', short: 'h' }, 'dry-run': { type: 'boolean' } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    throw new WrongArguments(error instanceof Error ? error.message : String(error));
  }
}

function tell(report: ResealReport, { keyIds, isDry }: { keyIds: readonly string[]; isDry: boolean }): void {
  const { byKey, resealed, unreadable } = report;
  const [first] = keyIds;
  for (const [keyId, count] of byKey) {
    const what = keyId === first ? 'the first' : keyIds.includes(keyId) ? 'another' : 'not among ENCRYPTION_KEYS';
    console.log(`${isDry ? 'Under' : 'Found under'} the key ${keyId} (${what}): ${count}`);
  }
  if (!isDry) console.log(`Sealed anew under the key ${first}: ${resealed}`);
  if (unreadable.length === 0) {
    if (!isDry) console.log('No other key is needed any more.');
    return;
  }
  console.error(`Cannot be read: ${unreadable.length}, by the ids of whose they are`);
  for (const { userId, why } of unreadable) console.error(`  ${userId}: ${why}`);
  process.exitCode = 1;
}

/** At any moment: each step is there whole or not at all. */
function breakOff(): void {
  console.error(`\nBroken off. ${again}`);
  process.exit(1);
}

function translated(error: unknown): unknown {
  if (error instanceof Refusal) return new Unusable(`The database did not answer in time. ${again}`);
  return error instanceof DatabaseFault ? new Unusable(error.message) : error;
}

await main().catch((error: unknown) => fail(error instanceof ConfigError ? new Unusable(error.message) : error));
