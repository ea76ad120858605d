import { createHash, randomBytes } from 'node:crypto';
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

/** A new bearer secret: 32 bytes from the system's generator, base64url, 43 characters (ASVS 7.2.3). */
export const newToken = (): Secret => new Secret(randomBytes(32).toString('base64url'));

/** What came from outside as a secret, or `undefined` where it cannot be a token of ours. */
export const readToken = (text: string): Secret | undefined => (tokenForm.test(text) ? new Secret(text) : undefined);

/** SHA-256 of a token, 32 bytes: the only form in which the database holds one. */
export const hashToken = (token: Secret): Buffer => createHash('sha256').update(token.reveal()).digest();
