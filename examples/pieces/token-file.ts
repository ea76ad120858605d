import { readFile, rename, rm, writeFile } from 'node:fs/promises';

import { createAuthClient } from 'latchkey/client';
import type { TokenStorage } from 'latchkey/client';

/** A file that only its user may read, for a program on the command line. */
export const tokenIn = (file: string): TokenStorage => ({
  get: async () => await readFile(file, 'utf8').catch(() => null),
  set: async (token) => {
    // The mode is only for a file that is new, so each token gets one, which then takes the place of the old one.
    const fresh = `${file}.new`;
    await rm(fresh, { force: true });
    await writeFile(fresh, token, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
  },
  remove: async () => await rm(file, { force: true }),
});

export const clientOf = (url: string, file: string) => createAuthClient({ url, storage: tokenIn(file) });
