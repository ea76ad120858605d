import { accessSync, closeSync, constants, existsSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import Sqlite from 'better-sqlite3';

import { newId } from '../kernel/id.ts';
import { Unusable } from './sqlite-file.ts';

/**
 * Whether a server could write a file, and keep its log beside it: by making another one next to it, which
 * is removed again.
 *
 * @returns the journal that SQLite has there, which must be `wal`
 * @throws Unusable with a sentence for the operator
 */
export function journalAt(path: string): string {
  const trial = `${path}.${newId()}.doctor`;
  try {
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    closeSync(openSync(trial, 'wx', 0o600));
    const client = new Sqlite(trial);
    try {
      const mode = String(client.pragma('journal_mode = WAL', { simple: true }));
      client.exec('create table trial (id integer primary key)');
      return mode;
    } finally {
      client.close();
    }
  } catch (error) {
    throw Unusable.because(path, error);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(trial + suffix, { force: true });
  }
}
