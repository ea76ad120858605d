import { timingSafeEqual } from 'node:crypto';

import { HOTP, Secret } from 'otpauth';
import { encodeQR } from 'qr';

import { seconds } from '../kernel/clock.ts';
import { randomness } from '../kernel/token.ts';

// What every authenticator app does; some ignore what the URI says, and take these for granted.
const algorithm = 'SHA1';
const digits = 6;
const periodSeconds = 30;

/** What an authenticator app and the server share: 160 bits, as RFC 4226 §4 recommends. */
export const newSeed = (): Buffer => randomness(20);

/** The seed for typing it in. */
export const seedInBase32 = (seed: Buffer): string => asKey(seed).base32;

/** What an authenticator app reads from a QR code, or where somebody taps it on the same device. */
export function otpauthUriOf(seed: Buffer, about: { issuer: string; account: string }): string {
  const [issuer, account] = [asLabel(about.issuer), asLabel(about.account)];
  return (
    `otpauth://totp/${issuer}:${account}?secret=${seedInBase32(seed)}&issuer=${issuer}` +
    `&algorithm=${algorithm}&digits=${digits}&period=${periodSeconds}`
  );
}

/** Apps part issuer and account at a colon, also at one that is encoded. */
const asLabel = (text: string): string => encodeURIComponent(text.toWellFormed().replaceAll(':', '-'));

/** A QR code as SVG: black on a white of its own, so that it can be read on a dark page, too. */
export function qrOf(text: string): string {
  // ISO/IEC 18004 asks for a margin of four modules.
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const size = rows.length;
  const path = rows
    .flatMap((row, y) => runsIn(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`))
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></svg>`
  );
}

/** Where in a row there is black, and how much. */
const runsIn = (row: boolean[]): [x: number, length: number][] =>
  [
    ...row
      .map((isBlack) => (isBlack ? '#' : ' '))
      .join('')
      .matchAll(/#+/g),
  ].map(({ index, 0: run }) => [index, run.length]);

/**
 * The time step whose code this is: the one of now or one before or after it (RFC 6238 §5.2), the newest
 * where it is of several; `undefined` where it is of none.
 */
export function stepOf(seed: Buffer, code: string, now: Date): number | undefined {
  if (!/^[0-9]{6}$/.test(code)) return undefined;
  const step = Math.floor(now.getTime() / seconds(periodSeconds));
  const given = Buffer.from(code);
  const secret = asKey(seed);
  // All three each time, so that the time tells nothing of which it was.
  return [step - 1, step, step + 1]
    .filter((counter) => timingSafeEqual(Buffer.from(HOTP.generate({ secret, algorithm, digits, counter })), given))
    .at(-1);
}

/** A copy, since a `Buffer` may be a part of a larger memory that others use. */
const asKey = (seed: Buffer): Secret => new Secret({ buffer: new Uint8Array(seed).buffer });
