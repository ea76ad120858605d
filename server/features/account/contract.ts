import * as z from 'zod';

import { instant, language, personName } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { passkey } from '../passkeys/contract.ts';
import { ownEvent } from '../events/contract.ts';
import { caller, user } from '../sessions/contract.ts';

export const updateInput = z
  .strictObject({ name: personName.nullish(), locale: language.nullish() }, { error: 'Must be an object of fields.' })
  .refine(({ name, locale }) => name !== undefined || locale !== undefined, 'Must have name or locale.');
export type UpdateAccount = z.infer<typeof updateInput>;

export const updateOutput = z.object({ user });

/** Of a deletion: it would take the account from whoever may still take it back. */
export const deletionRefusals = defineRefusals({
  ADDRESS_CHANGED_LATELY: [
    'CONFLICT',
    'The e-mail address was changed lately, which may still be undone. The account can be deleted from {until} on.',
    z.object({ until: instant }),
  ],
});

const mostEvents = 100;

export const eventsInput = z
  .strictObject(
    {
      cursor: z
        .uuid('Must be the nextCursor of an answer.')
        .toLowerCase()
        .optional()
        .describe('the `nextCursor` of the answer before'),
      limit: z
        .int('Must be a whole number.')
        .min(1, 'Must be at least 1.')
        .max(mostEvents, `Must be at most ${mostEvents}.`)
        .default(20)
        .describe(`1 to ${mostEvents}`),
    },
    { error: 'Must be an object of fields.' },
  )
  .prefault({});
export type EventsInput = z.infer<typeof eventsInput>;

export const eventsOutput = z.object({
  /** The newest first. */
  events: z.array(ownEvent),
  /** What to ask for next; `null` where there are no more. */
  nextCursor: z.uuid().nullable(),
});
export type EventsOutput = z.infer<typeof eventsOutput>;

/** All that is stored about somebody, but for what is secret: of a password only whether there is one. */
export const exportOutput = z.object({
  exportedAt: instant,
  user: user.extend({
    emailVerifiedAt: instant.nullable(),
    hasPassword: z.boolean(),
    /** Since when they are an administrator. */
    adminSince: instant.nullable(),
    /** The id that they had in the system they were imported from. */
    importedId: z.string().nullable(),
  }),
  /** The newest 1,000. */
  sessions: z.array(
    caller.shape.session.extend({
      lastSeenAt: instant,
      browser: z.string().nullable(),
      system: z.string().nullable(),
      address: z.string().nullable(),
    }),
  ),
  /** What there is besides the password, without what is secret. */
  factors: z.object({ totpSince: instant.nullable(), recoveryCodesLeft: z.int(), passkeys: z.array(passkey) }),
  /** Links that have been mailed, and not yet used. The newest 100. */
  links: z.array(
    z.object({ id: z.uuid(), purpose: z.string(), email: z.string(), createdAt: instant, expiresAt: instant }),
  ),
  /** The newest 1,000; `account.events` has the others, from `nextCursor` on. */
  ...eventsOutput.shape,
});
export type AccountExport = z.infer<typeof exportOutput>;
