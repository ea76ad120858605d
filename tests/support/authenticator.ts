import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { isoCBOR } from '@simplewebauthn/server/helpers';

/** What the browser and the authenticator say of themselves; each may be said wrong. */
export interface Saying {
  type: string;
  challenge: string;
  origin: string;
  crossOrigin: boolean;
  rpId: string;
  isPresent: boolean;
  isVerified: boolean;
  signCount: number;
  /** Flags besides, or in the place of those: bits that are turned round. */
  flags: number;
  /** What else the authenticator appends to its data. */
  appended: Buffer;
  /** How the browser writes down what it says. */
  written: (said: object) => string | Buffer;
}

/** What a new passkey is made with. */
export interface Making extends Saying {
  id: Buffer;
  /** Its public key, as COSE has it. */
  cose: Map<number, number | Uint8Array>;
  format: string;
  statement: (signed: Buffer, key: KeyObject) => Map<string, unknown>;
}

/** A passkey of a software authenticator: ES256, without attestation. */
export interface SoftPasskey {
  id: string;
  privateKey: KeyObject;
  userHandle: string;
  signCount: number;
}

interface Options {
  challenge: string;
}
interface CreationOptions extends Options {
  rp: { id: string };
  user: { id: string };
}
interface RequestOptions extends Options {
  rpId: string;
}

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();
const base64url = (data: Buffer | string): string => Buffer.from(data).toString('base64url');

function authenticatorData(saying: Saying, attested = Buffer.alloc(0)): Buffer {
  const { rpId, isPresent, isVerified, signCount, appended } = saying;
  const flags = ((isPresent ? 1 : 0) | (isVerified ? 4 : 0) | (attested.length > 0 ? 0x40 : 0)) ^ saying.flags;
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(signCount);
  return Buffer.concat([sha256(rpId), Buffer.of(flags), counter, attested, appended]);
}

const clientData = ({ type, challenge, origin, crossOrigin, written }: Saying): string =>
  base64url(written({ type, challenge, origin, crossOrigin }));

const plain = { flags: 0, appended: Buffer.alloc(0), written: (said: object): string => JSON.stringify(said) };

/** Makes a passkey, as a browser's `navigator.credentials.create` does. */
export function createPasskey(options: CreationOptions, origin: string, wrong: Partial<Making> = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = wrong.id ?? randomBytes(32);
  const usual = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
    [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
  ]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(id.length);
  const attested = Buffer.concat([Buffer.alloc(16), length, id, Buffer.from(isoCBOR.encode(wrong.cose ?? usual))]);
  const saying: Saying = {
    type: 'webauthn.create',
    challenge: options.challenge,
    origin,
    crossOrigin: false,
    rpId: options.rp.id,
    isPresent: true,
    isVerified: true,
    signCount: 0,
    ...plain,
    ...wrong,
  };
  const [data, client] = [authenticatorData(saying, attested), clientData(saying)];
  const signed = Buffer.concat([data, sha256(Buffer.from(client, 'base64url'))]);
  const attestation = new Map<string, unknown>([
    ['fmt', wrong.format ?? 'none'],
    ['attStmt', wrong.statement?.(signed, privateKey) ?? new Map()],
    ['authData', new Uint8Array(data)],
  ]);
  const passkey: SoftPasskey = { id: base64url(id), privateKey, userHandle: options.user.id, signCount: 0 };
  const response = {
    id: passkey.id,
    rawId: passkey.id,
    type: 'public-key',
    response: {
      clientDataJSON: client,
      attestationObject: base64url(Buffer.from(isoCBOR.encode(attestation as Parameters<typeof isoCBOR.encode>[0]))),
      transports: ['internal', 'hybrid'],
    },
    clientExtensionResults: { credProps: { rk: true } },
    authenticatorAttachment: 'platform',
  };
  return { passkey, response };
}

/** Signs a challenge, as `navigator.credentials.get` does. Its counter counts. */
export function usePasskey(
  passkey: SoftPasskey,
  options: RequestOptions,
  { origin, ...wrong }: Partial<Saying> & { origin: string },
) {
  passkey.signCount += 1;
  const saying: Saying = {
    type: 'webauthn.get',
    challenge: options.challenge,
    origin,
    crossOrigin: false,
    rpId: options.rpId,
    isPresent: true,
    isVerified: true,
    signCount: passkey.signCount,
    ...plain,
    ...wrong,
  };
  const [data, client] = [authenticatorData(saying), clientData(saying)];
  const signed = Buffer.concat([data, sha256(Buffer.from(client, 'base64url'))]);
  return {
    id: passkey.id,
    rawId: passkey.id,
    type: 'public-key',
    response: {
      clientDataJSON: client,
      authenticatorData: base64url(data),
      signature: base64url(sign('sha256', signed, passkey.privateKey)),
      userHandle: passkey.userHandle,
    },
    clientExtensionResults: {},
    authenticatorAttachment: 'platform',
  };
}
