import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

export const sha1 = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase();

/** A list of breached passwords, as Have I Been Pwned writes one. */
export function breachedList(passwords: string[], { lineEnd = '\n', hasCounts = true } = {}): string {
  const hashes = passwords.map(sha1).toSorted();
  return hashes.map((hash, index) => `${hash}${hasCounts ? `:${(index * 7919) % 4_000_000}` : ''}${lineEnd}`).join('');
}

/** Passwords in the order of their hashes: the first, the middle and the last stand there in the list. */
export const inOrderOfHashes = (passwords: string[]): string[] =>
  passwords
    .map((password) => [sha1(password), password] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, password]) => password);

/** What every open file has its functions from: where a test counts what is read. */
export async function fileHandles(): Promise<FileHandle> {
  await using one = await open(import.meta.filename);
  return Object.getPrototypeOf(one);
}
