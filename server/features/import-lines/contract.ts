import * as z from 'zod';

import { emailAddress, language, personName, text } from '../../kernel/fields.ts';

const yesOrNo = z.boolean({ error: 'Must be true or false.' });

/** Numbers are ids, too. */
const importedId = z.preprocess(
  (id) => (Number.isSafeInteger(id) ? String(id) : id),
  text
    .refine((id) => id !== '', 'Must not be empty.')
    .refine((id) => id.length <= 255, 'Must have at most 255 characters.'),
);

const pastInstant = z.iso
  .datetime({ offset: true, error: 'Must be a time in ISO 8601, such as 2024-05-31T12:00:00Z.' })
  .transform((written) => new Date(written))
  .refine((at) => at.getTime() >= 0, 'Must not be before 1970.');

const base64 = text.regex(/^[A-Za-z0-9+/_-]+={0,2}$/, 'Must be base64.');
const smallNumber = z.int({ error: 'Must be a whole number.' });

const firebaseHash = z.strictObject({
  kind: z.literal('firebase'),
  hash: base64,
  salt: base64,
  signerKey: base64.optional(),
  saltSeparator: base64.optional(),
  rounds: smallNumber.optional(),
  memCost: smallNumber.optional(),
});

/** Keycloak keeps JSON in text. What else is in it is Keycloak's own. */
const jsonOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => (typeof value === 'string' ? objectIn(value) : value), z.object(shape, { error: anObject }));

const anObject = 'Must be an object of fields.';

const keycloakHash = z.strictObject({
  kind: z.literal('keycloak'),
  secretData: jsonOf({ value: base64, salt: base64 }),
  credentialData: jsonOf({
    algorithm: text,
    hashIterations: smallNumber,
    additionalParameters: z.record(z.string(), z.array(z.string())).optional(),
  }),
});

const textHash = z.strictObject({ kind: z.literal('text'), hash: text });

const exportedHash = z.preprocess(
  (hash) => (typeof hash === 'string' ? { kind: 'text', hash } : hash),
  z.discriminatedUnion('kind', [textHash, firebaseHash, keycloakHash], {
    error: 'Must be text, or an object whose kind is firebase or keycloak.',
  }),
);

/** One line of a file of accounts. */
export const importedRow = z.strictObject(
  {
    /** Of the system that they come from; where there is none, their address in that system. */
    id: importedId.nullish(),
    email: emailAddress,
    name: personName.nullish(),
    emailVerified: yesOrNo.nullish(),
    createdAt: pastInstant.nullish(),
    locale: language.nullish(),
    disabled: yesOrNo.nullish(),
    /** None is an account that nobody logs in to before a reset. */
    passwordHash: exportedHash.nullish(),
  },
  { error: ({ code }) => (code === 'unrecognized_keys' ? undefined : anObject) },
);
export type ImportedRow = z.infer<typeof importedRow>;

/** The object in a JSON text, `undefined` where there is none. */
export function objectIn(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
