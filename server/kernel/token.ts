import { hash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

/** A value that must not reach a log: every way of printing it gives `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

const tokenForm = /^[A-Za-z0-9_-]{43}$/;

/** Bytes from the system's generator, for whatever must not be guessed or must not come twice. */
export const randomness = (bytes: number): Buffer => randomBytes(bytes);

/** A new bearer secret: 32 bytes from the system's generator, base64url, 43 characters (ASVS 7.2.3). */
export const newToken = (): Secret => new Secret(randomness(32).toString('base64url'));

/** What came from outside as a secret, or `undefined` where it cannot be a token of ours. */
export const readToken = (text: string): Secret | undefined => (tokenForm.test(text) ? new Secret(text) : undefined);

/** SHA-256, 32 bytes. */
export const digest = (text: string): Buffer => Buffer.from(hashed(text), 'latin1');

const hashed = (text: string): string => hash('sha256', text, 'latin1');

/** The only form in which the database holds a token. */
export const hashToken = (token: Secret): Buffer => digest(token.reveal());

/** The same as 32 characters, for a key in memory, which takes a third of the time. */
export const hashedToken = (token: Secret): string => hashed(token.reveal());
