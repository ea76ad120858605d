import { hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';

import { holds, NotHashes, openHashes } from './sorted-hashes.ts';
import type { SortedHashes } from './sorted-hashes.ts';

/** A list of the passwords that were in a breach (ASVS 6.2.12). */
export interface BreachedPasswords {
  /** Rejects where the file cannot be read, or is not any more what it was. */
  has(password: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The file is no such list; the message is a sentence for the operator that says what is expected. */
export class UnusableList extends Error {
  constructor(path: string, fault: string) {
    super(
      `the file ${path} ${fault}. It must be the list of Have I Been Pwned: one SHA-1 hash a line, of 40 digits in upper case, perhaps with a colon and a count, sorted by hash`,
    );
    this.name = 'UnusableList';
  }
}

/**
 * Opens the list that Have I Been Pwned offers. The file stays open: one that takes its place is read by
 * the next process.
 *
 * @throws UnusableList
 */
export async function openBreachedPasswords(given: string): Promise<BreachedPasswords> {
  const path = resolve(given);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const about = await file.stat();
    if (!about.isFile()) throw new NotHashes('is not a file with a list in it');
    const hashes = await openHashes(readerOf(file), about.size);
    return listIn(file, hashes);
  } catch (error) {
    await file?.close();
    throw new UnusableList(path, faultIn(error));
  }
}

const listIn = (file: FileHandle, hashes: SortedHashes): BreachedPasswords => ({
  has: async (password) => await holds(hashes, sha1(password)),
  close: async () => await file.close(),
});

// SHA-1, because the list is made of it. It protects nothing: the hash is never stored and goes nowhere.
const sha1 = (password: string): string => hash('sha1', password, 'hex').toUpperCase();

const readerOf =
  (file: FileHandle) =>
  async (position: number, bytes: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(bytes);
    for (let filled = 0; filled < bytes;) {
      const { bytesRead } = await file.read(buffer, filled, bytes - filled, position + filled);
      if (bytesRead === 0) throw new NotHashes('has become shorter');
      filled += bytesRead;
    }
    return buffer;
  };

function faultIn(error: unknown): string {
  if (error instanceof NotHashes) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  return `cannot be read (${code})`;
}
