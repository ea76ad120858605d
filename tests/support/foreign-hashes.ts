import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { importedRow } from '../../server/features/import-lines/contract.ts';
import { storedFormOf } from '../../server/hashing/foreign-forms.ts';
import { root } from './process.ts';

const vector = z.object({
  made: z.string(),
  password: z.string(),
  passwordHash: z.unknown(),
  /** Of parameters that take a tenth of a second or more, as the defaults do. */
  isCostly: z.boolean().default(false),
});

/**
 * Hashes of other systems, each by the library and the version that made it, from passwords in several
 * spellings. Those of Django are of Django itself. Of Keycloak's own there are those that others have published
 * with their passwords, of each of its algorithms; the rest are by Java's, which it calls for PBKDF2, and by
 * another library of Argon2 in its form.
 */
export const foreignHashes = z
  .array(vector)
  .parse(JSON.parse(readFileSync(join(root, 'tests/vectors/foreign-hashes.json'), 'utf8')));

/** What an import stores for a hash as it stands in a line of a file. */
export function storedForm(passwordHash: unknown): string {
  const exported = importedRow.shape.passwordHash.parse(passwordHash);
  const form = exported ? storedFormOf(exported) : { fault: 'There is none.' };
  if ('fault' in form) throw new Error(form.fault);
  return form.stored;
}

const firebaseRow = z.object({
  kind: z.literal('firebase'),
  hash: z.string(),
  salt: z.string(),
  signerKey: z.string(),
  saltSeparator: z.string(),
  rounds: z.number(),
  memCost: z.number(),
});

/** The example that Firebase publishes, with the parameters of its project apart. */
export function firebaseExample() {
  const found = foreignHashes.find(({ made }) => made.includes('README'));
  const { kind, hash, salt, ...project } = firebaseRow.parse(found?.passwordHash);
  return { password: found?.password ?? '', passwordHash: { kind, hash, salt }, project };
}
