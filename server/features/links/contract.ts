import { defineRefusals } from '../../kernel/refusals.ts';

/** What a link can be for. What opens one kind opens no other. */
export type Purpose =
  /** Mailed to the account's address: sets a password. */
  | 'passwordReset'
  /** Handed over by an operator: the same, but proves no address. */
  | 'operatorReset'
  /** Mailed to the account's address: proves that it is read. */
  | 'emailVerification'
  /** Mailed to the address that is to be the account's. */
  | 'emailChange'
  /** Mailed to the address that was the account's until now. */
  | 'emailUndo';

/** The pages that links lead to. */
export const pages = ['resetPassword', 'verifyEmail', 'confirmEmail', 'undoEmail'] as const;
export type Page = (typeof pages)[number];

export const linkRefusals = defineRefusals({
  LINK_SPENT: ['UNAUTHORIZED', 'This link has expired, was used already, or a newer one was sent.'],
});

/** Of whatever sends a mail at somebody's wish. */
export const mailRefusals = defineRefusals({
  MAIL_NOT_CONFIGURED: ['NOT_IMPLEMENTED', 'This server sends no mail. Ask the operator for a link.'],
});
