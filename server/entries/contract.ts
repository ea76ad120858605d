/**
 * `latchkey/contract`: what the server validates inputs with and what its refusals are called, for forms
 * and translations. Safe in a browser; it loads nothing of the server.
 */
import { deletionRefusals } from '../features/account/contract.ts';
import { addressRefusals, newPasswordRefusals, registerRefusals } from '../features/accounts/contract.ts';
import { ceremonyRefusals } from '../features/ceremonies/contract.ts';
import { deviceRefusals } from '../features/devices/contract.ts';
import { liveRefusals } from '../features/live/contract.ts';
import { enrolRefusals } from '../features/factors/contract.ts';
import { linkRefusals, mailRefusals } from '../features/links/contract.ts';
import { disabledRefusals, logInRefusals, passwordRefusals } from '../features/logins/contract.ts';
import {
  assuranceRefusals,
  callerRefusals,
  deliveryRefusals,
  factorRefusals,
  sessionRefusals,
} from '../features/sessions/contract.ts';
import {
  removalRefusals,
  unknownFactorRefusals,
  totpRefusals,
  wrongFactorRefusals,
} from '../features/totp/contract.ts';
import { newPasskeyRefusals, passkeyRefusals, wrongPasskeyRefusals } from '../features/passkeys/contract.ts';
import { userRefusals } from '../features/users/contract.ts';
import { generalRefusals } from '../kernel/refusals.ts';

export { eventsInput as accountEventsInput, updateInput as updateAccountInput } from '../features/account/contract.ts';
export { registerInput } from '../features/accounts/contract.ts';
export {
  proofInput as enrolFactorInput,
  proveInput as proveFactorInput,
  verifyFactorInput,
} from '../features/factors/contract.ts';
export { logInInput } from '../features/logins/contract.ts';
export { signInInput as passkeySignInInput } from '../features/passkey-sign-in/contract.ts';
export {
  registerInput as registerPasskeyInput,
  removeInput as removePasskeyInput,
  renameInput as renamePasskeyInput,
} from '../features/passkeys/contract.ts';
export { confirmInput as confirmTotpInput } from '../features/totp/contract.ts';
export {
  changeEmailInput,
  resendInput as resendVerificationInput,
  tokenInput as emailLinkInput,
} from '../features/email/contract.ts';
export {
  completeInput as completePasswordResetInput,
  requestInput as requestPasswordResetInput,
} from '../features/password-reset/contract.ts';
export { revokeInput as revokeSessionInput } from '../features/devices/contract.ts';
export { changeInput as changePasswordInput } from '../features/password/contract.ts';
export { verifyInput } from '../features/verification/contract.ts';
export { emailAddress, language, languages, password, personName } from '../kernel/fields.ts';

/**
 * Every refusal by its reason: tRPC's code, the English text, and the schema of its details where it has any.
 * `{name}` in a text stands for the detail of that name.
 *
 * @example
 * const [, text] = refusals.EMAIL_TAKEN;
 */
export const refusals = {
  ...generalRefusals,
  ...registerRefusals,
  ...addressRefusals,
  ...newPasswordRefusals,
  ...passwordRefusals,
  ...assuranceRefusals,
  ...deletionRefusals,
  ...logInRefusals,
  ...disabledRefusals,
  ...sessionRefusals,
  ...callerRefusals,
  ...deliveryRefusals,
  ...deviceRefusals,
  ...mailRefusals,
  ...linkRefusals,
  ...liveRefusals,
  ...ceremonyRefusals,
  ...enrolRefusals,
  ...factorRefusals,
  ...unknownFactorRefusals,
  ...removalRefusals,
  ...totpRefusals,
  ...wrongFactorRefusals,
  ...passkeyRefusals,
  ...wrongPasskeyRefusals,
  ...newPasskeyRefusals,
  ...userRefusals,
};

/**
 * What a refusal can be called.
 *
 * @example
 * const inGerman: Record<RefusalReason, string> = { EMAIL_TAKEN: 'Diese Adresse hat schon ein Konto.', … };
 */
export type RefusalReason = keyof typeof refusals;
