import { fstatSync } from 'node:fs';

import { destination } from 'pino';
import type { DestinationStream } from 'pino';
import pretty from 'pino-pretty';

const mostUnwritten = 1_000_000;

/**
 * Standard output: readable on a terminal, lines of JSON otherwise, or where they are asked for. A disk that logs have filled, or
 * a reader of them that has gone, does not end the server.
 */
export function logDestination(
  { stdout }: Pick<NodeJS.Process, 'stdout'>,
  { isJson }: { isJson: boolean },
): DestinationStream {
  stdout.on('error', () => {});
  if (stdout.isTTY && !isJson)
    return pretty({ sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'event,url,database' });
  return fstatSync(stdout.fd).isFile() ? intoFile(stdout.fd) : stdout;
}

/** What the disk has no room for waits until it has, or is left out where it is too much. */
function intoFile(fd: number): DestinationStream {
  const file = destination({ dest: fd, sync: true, maxLength: mostUnwritten });
  file.on('error', () => {});
  return file;
}
