import { readFile, rm, writeFile } from 'node:fs/promises';

import { createAuthClient } from 'latchkey/client';
import type { TokenStorage } from 'latchkey/client';

/** A file that only its user may read, for a program on the command line. */
export const tokenIn = (file: string): TokenStorage => ({
  get: async () => await readFile(file, 'utf8').catch(() => null),
  set: async (token) => await writeFile(file, token, { mode: 0o600 }),
  remove: async () => await rm(file, { force: true }),
});

export const clientOf = (url: string, file: string) => createAuthClient({ url, storage: tokenIn(file) });
