import { safe } from '@trpc/client';

import { auth } from './auth.ts';

const email = 'ada@example.com';
const password = 'correct horse battery';

export async function register(): Promise<string> {
  const [answer, error] = await safe(auth.register.mutate({ email, password, name: 'Ada' }));
  if (error) return error.message;
  return answer.status === 'signedIn' ? answer.user.email : answer.status;
}

export async function login(): Promise<string> {
  const [answer, error] = await safe(auth.login.mutate({ email, password }));
  return error ? error.message : answer.user.email;
}

export async function logout(): Promise<string> {
  const [answer, error] = await safe(auth.logout.mutate());
  return error ? error.message : answer.status;
}

export async function me(): Promise<string> {
  const [answer, error] = await safe(auth.me.query());
  if (error) return error.message;
  return answer ? `${answer.user.email} until ${answer.session.expiresAt}` : 'nobody';
}

export async function requestPasswordReset(): Promise<string> {
  const [answer, error] = await safe(auth.passwordReset.request.mutate({ email }));
  return error ? error.message : answer.status;
}

export async function completePasswordReset(token: string): Promise<string> {
  const [answer, error] = await safe(auth.passwordReset.complete.mutate({ token, newPassword: password }));
  return error ? error.message : answer.status;
}

export async function resendVerification(): Promise<string> {
  const [answer, error] = await safe(auth.email.resend.mutate({ email }));
  return error ? error.message : answer.status;
}

export async function verifyEmail(token: string): Promise<string> {
  const [answer, error] = await safe(auth.email.verify.mutate({ token }));
  return error ? error.message : answer.status;
}

export async function changeEmail(): Promise<string> {
  const [answer, error] = await safe(auth.email.change.mutate({ email }));
  return error ? error.message : answer.status;
}

export async function confirmEmailChange(token: string): Promise<string> {
  const [answer, error] = await safe(auth.email.confirmChange.mutate({ token }));
  return error ? error.message : answer.status;
}

export async function undoEmailChange(token: string): Promise<string> {
  const [answer, error] = await safe(auth.email.undoChange.mutate({ token }));
  return error ? error.message : answer.status;
}
