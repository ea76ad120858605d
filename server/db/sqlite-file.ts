import { resolve } from 'node:path';

/** A database that cannot be used as it is; the message is a sentence for the operator that says what to do. */
export class Unusable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unusable';
  }

  /** The sentence for what the file system, SQLite or a migration threw while the file was opened. */
  static because(path: string, error: unknown): Unusable {
    if (error instanceof Unusable) return error;
    return new Unusable(`The database ${path} ${reasonOf(error)}`);
  }
}

/** The path in a `file:` URL. Not by `URL`: that would make `file:./userAuth.db` an absolute path. */
export function pathOf(url: string): string {
  const path = url.replace(/^file:(\/\/(?=\/))?/, '');
  return path === ':memory:' ? path : resolve(path);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT')
    return 'cannot be made, because its folder does not exist. Make the folder, or set DATABASE_URL.';
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN)/.test(code)) {
    return 'cannot be written. Give this user the right to write the file and its folder, or set DATABASE_URL.';
  }
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    return 'is not a SQLite database, or is damaged. Restore a backup, or set DATABASE_URL to another file.';
  }
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') return 'cannot be written, because the disk is full.';
  if (code === 'SERVICE_UNAVAILABLE' || /^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return 'is locked by another program. Close that program and start again.';
  }
  return `cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
}
