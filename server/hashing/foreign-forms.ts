import { readBcrypt } from './bcrypt-sha256.ts';
import { readForeignHash, toBase64 } from './foreign-hash.ts';

/** What Firebase has for a whole project, under the names of its console; base64. */
export interface FirebaseProject {
  signerKey: string;
  saltSeparator: string;
  rounds: number;
  memCost: number;
}

/** A hash as another system exports it. */
export type ExportedHash =
  | { kind: 'text'; hash: string }
  | ({ kind: 'firebase' } & FirebaseHash)
  | { kind: 'keycloak'; secretData: KeycloakSecret; credentialData: KeycloakCredential };

interface FirebaseHash {
  hash: string;
  salt: string;
  signerKey?: string | undefined;
  saltSeparator?: string | undefined;
  rounds?: number | undefined;
  memCost?: number | undefined;
}

interface KeycloakSecret {
  value: string;
  salt: string;
}

interface KeycloakCredential {
  algorithm: string;
  hashIterations: number;
  additionalParameters?: Record<string, string[]> | undefined;
}

const highestCost = 15;

/** The text to store for it, or why there is none: it is malformed, of no kind that is known, or takes too much to verify. */
export function storedFormOf(
  exported: ExportedHash,
  project?: FirebaseProject,
): { stored: string } | { fault: string } {
  const stored = textOf(exported, project);
  if (typeof stored !== 'string') return stored;
  const bcrypt = readBcrypt(stored);
  if (bcrypt) return bcrypt.cost > highestCost ? { fault: `Has a cost of more than ${highestCost}.` } : { stored };
  const read = readForeignHash(stored) ?? 'Is of no kind that is known.';
  return typeof read === 'string' ? { fault: read } : { stored };
}

function textOf(exported: ExportedHash, project: FirebaseProject | undefined): string | { fault: string } {
  switch (exported.kind) {
    case 'text':
      return betterAuth(exported.hash) ?? django(exported.hash) ?? exported.hash;
    case 'firebase':
      return firebase({ ...project, ...exported });
    case 'keycloak':
      return keycloak(exported.secretData, exported.credentialData);
  }
}

/** Its salt is not the bytes, but the text that spells them. */
function betterAuth(hash: string): string | undefined {
  const [, salt = '', key] = /^([0-9a-f]{16,128}):([0-9a-f]{128})$/.exec(hash) ?? [];
  return key && `$scrypt-nfkc$ln=14,r=16,p=1$${toBase64(Buffer.from(salt))}$${toBase64(Buffer.from(key, 'hex'))}`;
}

/** The name of its algorithm, and what that needs; the salt is text. */
function django(hash: string): string | undefined {
  const [algorithm, ...rest] = hash.split('$');
  if (algorithm === 'argon2' || algorithm === 'bcrypt')
    return hash.slice(algorithm.length + (algorithm === 'bcrypt' ? 1 : 0));
  if (algorithm === 'pbkdf2_sha256') {
    const [iterations = '', salt = '', digest = ''] = rest;
    return `$pbkdf2-sha256$i=${iterations}$${toBase64(Buffer.from(salt))}$${unpadded(digest)}`;
  }
  if (algorithm === 'scrypt') {
    const [cost = '', salt = '', blockSize = '', lanes = '', digest = ''] = rest;
    return `$scrypt$ln=${Math.log2(Number(cost))},r=${blockSize},p=${lanes}$${toBase64(Buffer.from(salt))}$${unpadded(digest)}`;
  }
  return undefined;
}

/**
 * What is exported is the project's key, encrypted. Here the key is taken out, and what AES has added
 * to it is left, which verifies as well: so our database does not give away the key of a project in
 * which there may be other accounts.
 */
function firebase({ hash, salt, signerKey, saltSeparator, rounds, memCost }: FirebaseHash) {
  if (signerKey === undefined || saltSeparator === undefined || rounds === undefined || memCost === undefined)
    return { fault: 'Needs the parameters of its project: signerKey, saltSeparator, rounds and memCost.' };
  const [encrypted, key] = [bytesIn(hash), bytesIn(signerKey)];
  if (encrypted.length !== key.length) return { fault: 'Is not as long as the signer key of the project.' };
  const added = encrypted.map((byte, index) => byte ^ (key[index] ?? 0));
  const salted = Buffer.concat([bytesIn(salt), bytesIn(saltSeparator)]);
  return `$firebase-scrypt$ln=${memCost},r=${rounds},p=1$${toBase64(salted)}$${toBase64(added)}`;
}

function keycloak(
  { value, salt }: KeycloakSecret,
  { algorithm, hashIterations, additionalParameters = {} }: KeycloakCredential,
) {
  const end = `$${unpadded(salt)}$${unpadded(value)}`;
  if (algorithm !== 'argon2') return `$${algorithm}$i=${hashIterations}${end}`;
  const {
    type: [type] = [],
    version: [version] = [],
    memory: [memory] = [],
    parallelism: [lanes] = [],
  } = additionalParameters;
  if (type !== 'id' || version !== '1.3') return { fault: 'Is of an argon2 that is not argon2id of version 1.3.' };
  return `$argon2id$v=19$m=${memory},t=${hashIterations},p=${lanes}${end}`;
}

const unpadded = (base64: string): string => base64.replace(/=+$/, '');

/** Of either alphabet: Firebase's tools use both. */
const bytesIn = (base64: string): Buffer => Buffer.from(base64, 'base64');
