import type { Load } from './keep-asking.ts';

/** What is asked for again and again, without how often. */
export type Request = Pick<Load, 'port' | 'request' | 'status'>;

const email = 'bench@example.com';
const password = 'correct horse battery';

export function get(port: number, path: string, token?: string): Request {
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  return { port, status: 200, request: `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${authorization}\r\n` };
}

/** A login that is right, or one that is refused: a wrong password costs the same hash. */
export function logIn(port: number, isRight: boolean): Request {
  const body = JSON.stringify({ email, password: isRight ? password : `not the ${password}` });
  const head = `POST /trpc/auth.login HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json`;
  return { port, status: isRight ? 200 : 401, request: `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}` };
}

/** Makes the account that logs in, and another one, which it signs in and whose token it returns. */
export async function register(port: number): Promise<string> {
  // Logins are somebody else's: of one person's sessions the oldest would end.
  await registerOne(port, email);
  return await registerOne(port, `me-${email}`);
}

async function registerOne(port: number, email: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password, deliver: 'token' }),
  });
  // Our own server's answer; without a token every `me` would be quick and say nothing.
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`The server did not register an account: status ${response.status}`);
  return token;
}
