import { setTimeout as sleep } from 'node:timers/promises';

import Sqlite from 'better-sqlite3';

import { seconds } from '../kernel/clock.ts';
import { Refusal } from '../kernel/refusal.ts';
import { generalRefusals } from '../kernel/refusals.ts';
import { UniqueViolation } from '../kernel/unique-violation.ts';
import { NotMigrated } from './not-migrated.ts';

const patience = seconds(2);
const pauseBetweenTries = 20;

/**
 * Runs synchronous work on SQLite. While another program holds the lock it tries again from a
 * timer, so that the process goes on answering, and after two seconds refuses with `BUSY`.
 */
export async function whenFree<Result>(work: () => Result): Promise<Result> {
  for (let waited = 0; ; waited += pauseBetweenTries) {
    try {
      return work();
    } catch (error) {
      if (!isLocked(error)) throw translated(error);
      if (waited >= patience) throw new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 2 });
    }
    await sleep(pauseBetweenTries);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

function translated(error: unknown): unknown {
  if (error instanceof Sqlite.SqliteError && /^no such (table|column)/.test(error.message))
    return new NotMigrated(error);
  if (!(error instanceof Sqlite.SqliteError) || error.code !== 'SQLITE_CONSTRAINT_UNIQUE') return error;
  return new UniqueViolation(error.message.replace('UNIQUE constraint failed: ', ''));
}
