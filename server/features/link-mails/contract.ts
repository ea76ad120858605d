import * as z from 'zod';

/** The answer wherever a mail was asked for: the same whether or not the address has an account. */
export const checkYourMail = z.object({ status: z.literal('checkYourMail') });
export type CheckYourMail = z.infer<typeof checkYourMail>;

/** The mails with a link that go to the address of an account. */
export const askedMails = ['passwordReset', 'emailVerification', 'emailTaken'] as const;
export type AskedMail = (typeof askedMails)[number];

/** What the job `mail` holds of one that somebody asks for: for an address without an account it has no user. */
export const askedMailJob = z.object({
  mail: z.enum(askedMails),
  userId: z.uuid().nullable(),
  locale: z.string().nullable().default(null),
  askedAt: z.coerce.date(),
});

/** The same of one that goes with a link which is held, to an address that is not, or no more, the account's. */
export const heldMailJob = z.object({
  linkId: z.uuid(),
  locale: z.string().nullable().default(null),
  /** `false` where the mail tells of a change, and its reader gets no link. */
  hasLink: z.boolean().default(true),
});
