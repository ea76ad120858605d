// Zod fields that several contracts share. No fault repeats the value that it is about.
// Safe in a browser, where `* as z` lets a bundler leave most of zod out.
import * as z from 'zod';

const byteLength = (text: string): number => new TextEncoder().encode(text).length;
const codePoints = (text: string): number => Array.from(text).length;

/**
 * Text as a person wrote it. U+0000 and lone surrogates are refused,
 * because the databases disagree on them.
 */
export const text = z
  .string({ error: ({ input }) => (input === undefined ? 'Is missing.' : 'Must be text.') })
  // Before anything else looks at it: the time of normalising grows with the square of the length. No text
  // that fits a field when it is normalised is written in more than this.
  .max(1024, { error: 'Is too long.', abort: true })
  .refine((value) => value.isWellFormed() && !value.includes('\u0000'), 'Has a character that is not allowed.');

const nameOfPerson = 100;

/** A person's name, 1 to 100 code points, on one line, kept exactly as written. */
export const personName = text
  .refine((value) => codePoints(value) <= nameOfPerson, `Must have at most ${nameOfPerson} characters.`)
  .refine((value) => /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(value), 'Must not be empty.')
  .refine((value) => !/[\p{Cc}\u2028\u2029]/u.test(value), 'Must be one line of text.')
  .describe(`one line of 1 to ${nameOfPerson} characters, kept exactly`);

/** The languages that mails are written in. */
export const languages = ['en', 'de'] as const;

/** One of them, or what the browser says where it is `null`. */
export const language = z
  .enum(languages, { error: `Must be one of ${languages.join(', ')}.` })
  .describe(languages.map((one) => `\`${one}\``).join(' or '));

const emailBytes = 254;

/**
 * An e-mail address in its one canonical form: NFC, lower case, the domain in ASCII (RFC 5890), 254
 * bytes at most (RFC 5321 §4.5.3.1.3). Everything that a mail library could read in two ways is
 * refused: quotes, commas, comments, white space, invisible characters, and look-alikes that
 * compatibility normalisation would turn into them.
 */
export const emailAddress = text
  .transform((written, context) => {
    const address = canonicalAddress(written);
    const fault = address === undefined ? 'Must be one e-mail address.' : `Must have at most ${emailBytes} bytes.`;
    if (address !== undefined && byteLength(address) <= emailBytes) return address;
    context.addIssue({ code: 'custom', message: fault });
    return z.NEVER;
  })
  .describe(`one e-mail address of at most ${emailBytes} bytes; stored in NFC and lower case, its domain in ASCII`);

function canonicalAddress(written: string): string | undefined {
  const [local = '', domain = '', ...more] = written.normalize('NFC').toLowerCase().normalize('NFC').split('@');
  // A mailer that hands addresses to a program would have this one read as an option.
  if (local.startsWith('-')) return undefined;
  if (more.length > 0 || !isLocalPart(local) || !isLocalPart(local.normalize('NFKC'))) return undefined;
  const ascii = asciiDomain(domain);
  return ascii && `${local}@${ascii}`;
}

// Beside what is named: controls, invisible and unassigned characters, separators, and those that are drawn as nothing.
const isLocalPart = (local: string): boolean =>
  /^[^@\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800"'`(),:;<>[\]\\]+$/u.test(local);

/** As the URL standard writes a host: Unicode names in their ASCII form (UTS 46). No addresses, two labels at least. */
function asciiDomain(domain: string): string | undefined {
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) || domain !== domain.normalize('NFKC')) return undefined;
  if (!URL.canParse(`http://${domain}`)) return undefined;
  const { hostname } = new URL(`http://${domain}`);
  return /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(hostname)
    ? hostname
    : undefined;
}

const passwordCodePoints = 256;
const passwordBytes = 1024;

const sizeOfPassword = `1 to ${passwordCodePoints} characters of any kind, in at most ${passwordBytes} bytes`;

/** A password as typed. Only its size is bounded here, before any hashing: that which it has in NFC. */
const typedPassword = text
  .refine((value) => value !== '', 'Must not be empty.')
  .refine((value) => {
    const normalised = value.normalize('NFC');
    return codePoints(normalised) <= passwordCodePoints && byteLength(normalised) <= passwordBytes;
  }, `Must have at most ${passwordCodePoints} characters and ${passwordBytes} bytes.`);

/** A new password, in NFC (NIST 800-63B-4 §3.1.1.2). What makes a good one is decided where passwords are set. */
export const password = typedPassword
  .transform((value) => value.normalize('NFC'))
  .describe(`${sizeOfPassword}; taken in NFC`);

/** The password that an account has. Who verifies it takes it in NFC, or as it is where another system has hashed it so. */
export const ownPassword = typedPassword.describe(
  `${sizeOfPassword}; taken in NFC, or as typed where another system has hashed it`,
);

/** The token that a link brought. What cannot be one is refused like one that is spent, where it is used. */
export const linkToken = text.describe('what stands behind `token=` in a link');

/** Input of a procedure that takes none: nothing at all, or `{}`. */
export const noInput = z.strictObject({}).optional();

/** An instant on the wire: ISO 8601 in UTC. */
export const instant = z.iso.datetime();
