import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';

const made = {
  id: 'a',
  rawId: 'a',
  type: 'public-key',
  response: { clientDataJSON: 'a', attestationObject: 'a' },
} as const;
const used = {
  id: 'a',
  rawId: 'a',
  type: 'public-key',
  response: { clientDataJSON: 'a', authenticatorData: 'a', signature: 'a' },
} as const;

export async function offerPasskey(): Promise<string> {
  const [answer, error] = await safe(auth.passkeys.startRegistration.mutate());
  if (!error) return answer.options.rp.id;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'PASSKEYS_NOT_CONFIGURED':
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function registerPasskey(ceremony: string): Promise<string> {
  const [answer, error] = await safe(auth.passkeys.register.mutate({ ceremony, response: made }));
  if (!error) return answer.recoveryCodes?.join(' ') ?? answer.passkey.name;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'TOO_MANY_PASSKEYS':
      return `${refusal.most} at most`;
    case 'PASSKEY_REFUSED':
    case 'PASSKEY_KNOWN':
    case 'PROOF_SPENT':
    case 'PASSKEYS_NOT_CONFIGURED':
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function listPasskeys(): Promise<string> {
  const [answer, error] = await safe(auth.passkeys.list.query());
  if (!error) return answer.passkeys.map(({ name }) => name).join();
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function renamePasskey(id: string, name: string): Promise<string> {
  const [answer, error] = await safe(auth.passkeys.rename.mutate({ id, name }));
  if (!error) return answer.passkey.name;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'FACTOR_UNKNOWN':
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function removePasskey(id: string): Promise<string> {
  const [answer, error] = await safe(auth.passkeys.remove.mutate({ id }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'FACTOR_UNKNOWN':
    case 'FACTOR_REQUIRED':
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function startSignIn(): Promise<string> {
  const [answer, error] = await safe(auth.passkeys.startSignIn.mutate());
  if (!error) return answer.options.rpId;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'PASSKEYS_NOT_CONFIGURED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function signIn(ceremony: string): Promise<string> {
  const [answer, error] = await safe(auth.passkeys.signIn.mutate({ ceremony, response: used }));
  if (!error) return answer.user.email;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'PASSKEY_REFUSED':
    case 'ACCOUNT_DISABLED':
    case 'PROOF_SPENT':
    case 'TOKEN_NOT_FOR_PAGES':
    case 'PASSKEYS_NOT_CONFIGURED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}
