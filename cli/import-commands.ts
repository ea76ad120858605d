import { basename, dirname, extname, isAbsolute, join, relative, sep } from 'node:path';

import { called } from './called.ts';

interface Terminal {
  cwd(): string;
  platform: string;
}

/** Where the import puts the new database. */
export const besideOldFile = (path: string): string =>
  join(dirname(path), `${basename(path, extname(path))}.latchkey${extname(path) || '.db'}`);

/** The commands that bring a file of the old server over, for the shell of this platform, from this folder. */
export function importCommands(path: string, terminal: Terminal): string {
  return [
    'Nothing in it was changed. To bring its accounts over into a new database, run:',
    '',
    `  ${called.import} ${quoted(shown(path, terminal), terminal)}`,
    `  ${startCommand(besideOldFile(path), terminal)}`,
    '',
    'Passwords are hashed on the way. Keep DATABASE_URL set, for example in a file .env, and delete the old file when all is well.',
  ].join('\n');
}

/** The command that starts the server on a database file. */
export function startCommand(path: string, terminal: Terminal): string {
  const url = `file:${shown(path, terminal)}`;
  return terminal.platform === 'win32'
    ? `set "DATABASE_URL=${url}" && ${called.serve}`
    : `DATABASE_URL=${quoted(url, terminal)} ${called.serve}`;
}

function shown(path: string, terminal: Terminal): string {
  const fromHere = relative(terminal.cwd(), path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : `.${sep}${fromHere}`;
}

/** Between double quotes a POSIX shell still obeys `$(…)`, backticks and backslashes; between single ones nothing. */
export function quoted(text: string, { platform }: Terminal): string {
  if (platform === 'win32') return /^[\w./:\\-]+$/.test(text) ? text : `"${text}"`;
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
