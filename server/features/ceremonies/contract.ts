import { text } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';

/** What is done in several steps. The token of one kind is of no use for another. */
export type CeremonyKind =
  /** The password was right, and a second factor is to come. */
  | 'logIn'
  /** A passkey in the place of a password. */
  | 'passkeySignIn'
  /** One as the second factor of a `logIn`, which it is bound to. */
  | 'passkeyFactor'
  /** One that shows in a session, which it is bound to, who is there. */
  | 'passkeyVerification'
  /** A new one, for the session that it is bound to. */
  | 'passkeyRegistration';

/** The token that the first step has answered. What cannot be one is refused like one that is spent. */
export const ceremonyToken = text.describe('what the first step has answered; once, for five minutes');

export const ceremonyRefusals = defineRefusals({
  PROOF_SPENT: ['UNAUTHORIZED', 'This took too long, or was completed already. Begin again.'],
});
