import { refusalOf } from 'latchkey-client';

import type { Failure } from './auth.ts';

/** What is wrong, by the field that it stands under; `form` is for the rest. */
export type Faults = Partial<Record<string, string>>;

interface Issue {
  path: PropertyKey[];
  message: string;
}

/** Of each field the first fault that the schema has found, before anything is sent. */
export function faultsOfInput({ issues }: { issues: Issue[] }): Faults {
  return Object.fromEntries(issues.toReversed().map(({ path, message }) => [path[0] ?? 'form', message]));
}

/** What the server has refused: this does not compile when a refusal of any procedure is left out. */
export function faultsOf(failure: Failure): Faults {
  const refusal = refusalOf(failure);
  switch (refusal?.reason) {
    case 'INPUT_INVALID':
      return {
        form: 'Something here is not right.',
        ...Object.fromEntries(Object.entries(refusal.fields).map(([field, texts]) => [field, texts.join(' ')])),
      };
    case 'WRONG_CREDENTIALS':
      return { form: 'No account has this e-mail address with this password.' };
    case 'ACCOUNT_DISABLED':
      return { form: 'This account is disabled. Ask whoever runs this site.' };
    case 'EMAIL_TAKEN':
      return { email: 'This address has an account already.' };
    case 'PASSWORD_TOO_SHORT':
      return ofNewPassword(`A password has ${refusal.minimum} characters at least.`);
    case 'PASSWORD_COMMON':
      return ofNewPassword('This one is among the first that others would try.');
    case 'PASSWORD_GUESSABLE':
      return ofNewPassword('This one is a name that others can guess.');
    case 'PASSWORD_BREACHED':
      return ofNewPassword('This one was stolen somewhere. Change it wherever you use it.');
    case 'WRONG_PASSWORD':
      return { password: notYours, currentPassword: notYours };
    case 'VERIFY_AGAIN':
      return { form: 'Nothing was done: you have to show that it is you.' };
    case 'ADDRESS_CHANGED_LATELY':
      return {
        form: `Your e-mail address was changed lately. Try again after ${new Date(refusal.until).toLocaleString()}.`,
      };
    case 'LINK_SPENT':
      return { form: 'This link has expired, was used, or a newer one was sent.' };
    case 'MAIL_NOT_CONFIGURED':
      return { form: 'This site sends no mail. Ask whoever runs it.' };
    case 'REGISTRATION_CLOSED':
      return { form: 'Nobody can register here at the moment.' };
    case 'FACTOR_WRONG':
      return { code: 'This code is not right, or was used before.' };
    case 'FACTOR_LOCKED':
      return { code: 'Too many wrong codes. Use a recovery code, or ask whoever runs this site.' };
    case 'PROOF_SPENT':
      return { form: 'That took too long. Begin again.' };
    case 'TOTP_NOT_CONFIGURED':
      return { form: 'This site takes no authenticator apps.' };
    case 'FACTOR_ENROLLED':
      return { form: 'You have a second factor already. Log in with it.' };
    case 'FACTOR_UNKNOWN':
      return { form: 'This was removed already.' };
    case 'FACTOR_REQUIRED':
      return { form: 'You must have a second factor. Add another one before you remove this.' };
    case 'SECOND_FACTOR_NEEDED':
      return { form: 'This needs a second factor.' };
    case 'PASSKEY_REFUSED':
      return { form: 'This passkey is not one of this site, or not yours.' };
    case 'PASSKEYS_NOT_CONFIGURED':
      return { form: 'This site takes no passkeys.' };
    case 'PASSKEY_KNOWN':
      return { form: 'This passkey is registered already.' };
    case 'TOO_MANY_PASSKEYS':
      return { form: `You have ${refusal.most} passkeys. Remove one first.` };
    case 'SESSION_UNKNOWN':
      return { form: 'This session has ended already.' };
    case 'SESSION_ENDED':
    case 'NOT_SIGNED_IN':
      return { form: 'You are not signed in any more.' };
    case 'RATE_LIMITED':
      return { form: `Too many attempts. Try again in ${duration(refusal.retryAfterSeconds)}.` };
    case 'BUSY':
      return { form: `Too much is going on. Try again in ${duration(refusal.retryAfterSeconds)}.` };
    case 'UNEXPECTED':
      return { form: `Something went wrong. If you report it, quote ${refusal.requestId}.` };
    case 'ORIGIN_REFUSED':
    case 'TOKEN_NOT_FOR_PAGES':
    case 'REQUEST_INVALID':
      return { form: 'This page and the server do not fit together.' };
    case undefined:
      return { form: 'The server cannot be reached.' };
  }
}

const notYours = 'This is not your password.';

/** A form has a field of one of these names. */
const ofNewPassword = (fault: string): Faults => ({ password: fault, newPassword: fault });

const duration = (seconds: number): string =>
  seconds < 100 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
