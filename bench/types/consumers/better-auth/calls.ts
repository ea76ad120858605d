import { auth } from './auth.ts';

const email = 'ada@example.com';
const password = 'correct horse battery';

// Which codes there are is known for all calls together; the `code` of an error is any string.
type Texts = Partial<Record<keyof typeof auth.$ERROR_CODES, string>>;
const texts = {
  USER_ALREADY_EXISTS: 'This address has an account.',
  PASSWORD_TOO_SHORT: 'The password is too short.',
  INVALID_EMAIL_OR_PASSWORD: 'Wrong address or password.',
  INVALID_TOKEN: 'This link was already used.',
} satisfies Texts;
const known: Record<string, string> = texts;

const textOf = ({ code, message }: { code?: string | undefined; message?: string | undefined }): string =>
  known[code ?? ''] ?? message ?? 'offline';

export async function register(): Promise<string> {
  const { data, error } = await auth.signUp.email({ email, password, name: 'Ada' });
  return error ? textOf(error) : data.user.email;
}

export async function login(): Promise<string> {
  const { data, error } = await auth.signIn.email({ email, password });
  return error ? textOf(error) : data.user.email;
}

export async function logout(): Promise<string> {
  const { data, error } = await auth.signOut();
  return error ? textOf(error) : String(data.success);
}

export async function me(): Promise<string> {
  const { data, error } = await auth.getSession();
  if (error) return textOf(error);
  return data ? `${data.user.email} until ${data.session.expiresAt.toISOString()}` : 'nobody';
}

export async function requestPasswordReset(): Promise<string> {
  const { data, error } = await auth.requestPasswordReset({ email, redirectTo: 'http://localhost:5173/reset' });
  return error ? textOf(error) : String(data.status);
}

export async function completePasswordReset(token: string): Promise<string> {
  const { data, error } = await auth.resetPassword({ token, newPassword: password });
  return error ? textOf(error) : String(data.status);
}
