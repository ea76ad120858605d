import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';

export async function proveFactor(proof: string, code: string): Promise<string> {
  const [answer, error] = await safe(auth.factors.prove.mutate({ proof, factor: { method: 'totp', code } }));
  if (!error) return answer.recoveryCodes?.join(' ') ?? answer.user.email;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'FACTOR_WRONG':
    case 'FACTOR_LOCKED':
    case 'PROOF_SPENT':
    case 'TOTP_NOT_CONFIGURED':
    case 'PASSKEYS_NOT_CONFIGURED':
    case 'TOKEN_NOT_FOR_PAGES':
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

export async function enrolFactor(proof: string): Promise<string> {
  const [answer, error] = await safe(auth.factors.enrol.mutate({ proof }));
  if (!error) return answer.uri;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'FACTOR_ENROLLED':
    case 'PROOF_SPENT':
    case 'TOTP_NOT_CONFIGURED':
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

export async function verifyFactor(code: string): Promise<string> {
  const [answer, error] = await safe(auth.factors.verify.mutate({ factor: { method: 'recoveryCode', code } }));
  if (!error) return answer.session.factors.join(' ');
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'FACTOR_WRONG':
    case 'FACTOR_LOCKED':
    case 'PROOF_SPENT':
    case 'PASSKEYS_NOT_CONFIGURED':
    case 'TOTP_NOT_CONFIGURED':
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

export async function listFactors(): Promise<string> {
  const [answer, error] = await safe(auth.factors.list.query());
  if (!error) return `${answer.methods.join(' ')}, ${answer.recoveryCodesLeft}`;
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

export async function challengeFactor(proof: string): Promise<string> {
  const [answer, error] = await safe(auth.factors.challenge.mutate({ proof }));
  if (!error) return answer.ceremony;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'PROOF_SPENT':
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

export async function startVerification(): Promise<string> {
  const [answer, error] = await safe(auth.factors.startVerification.mutate());
  if (!error) return answer.ceremony;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
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
