import { statSync } from 'node:fs';

/** The file has another name by now, or none: what is written into it would not be found at the next start. */
export class FileReplaced extends Error {
  constructor(path: string) {
    super(
      `The file ${path} was moved, removed or replaced while it was in use. Put it back, or start the server again.`,
    );
    this.name = 'FileReplaced';
  }
}

/**
 * Looks whether a database and its log still are the files that they are now. SQLite does not: in WAL
 * mode it goes on writing into a file that somebody has moved or removed. Only their names are asked;
 * opening and closing them here would take SQLite's own locks away.
 *
 * @returns a check that throws FileReplaced
 */
export function rememberFiles(path: string): () => void {
  const files = [path, `${path}-wal`];
  const opened = files.map(identityOf);
  return () => {
    for (const [index, file] of files.entries()) {
      if (identityOf(file) !== opened[index]) throw new FileReplaced(file);
    }
  };
}

/** A log may be empty; a database that has become so was overwritten. */
function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return undefined;
  const isLost = found.size === 0 && !file.endsWith('-wal');
  return `${found.dev} ${found.ino} ${isLost}`;
}
