import type { Load } from './keep-asking.ts';

/** What is asked for again and again, without how often. */
export type Request = Pick<Load, 'port' | 'request' | 'status' | 'contains'>;

/** Of whom `me` is asked. Logins are somebody else's: of one person's sessions the oldest would end. */
export const reader = 'me-bench@example.com';
export const loggingIn = 'bench@example.com';
export const password = 'correct horse battery';

export interface Question {
  path: string;
  headers?: Record<string, string>;
  /** What is in the body of a right answer. */
  contains: string;
}

export function get(port: number, { path, headers = {}, contains }: Question): Request {
  return { port, status: 200, contains, request: `${headOf(`GET ${path}`, port, headers)}\r\n` };
}

export function post(port: number, path: string, json: Record<string, string>): Request {
  const body = JSON.stringify(json);
  const head = headOf(`POST ${path}`, port, { 'Content-Type': 'application/json', 'Content-Length': `${body.length}` });
  return { port, status: 200, contains: loggingIn, request: `${head}\r\n${body}` };
}

function headOf(line: string, port: number, headers: Record<string, string>): string {
  const all = { Host: `localhost:${port}`, ...headers };
  return [`${line} HTTP/1.1`, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`), ''].join('\r\n');
}

/** Asks once, to set something up. */
export async function send(port: number, path: string, json?: Record<string, string>): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', ...(path.startsWith(betterAuth) && originOf(port)) };
  const body = json && { method: 'POST', headers, body: JSON.stringify(json) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, body);
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

// Better Auth refuses a `fetch` that has none; Latchkey would give one that has it a cookie.
const betterAuth = '/api/auth/sign-up/';
const originOf = (port: number): { Origin: string } => ({ Origin: `http://localhost:${port}` });

/** What a browser would send back. */
export const cookiesOf = (response: Response): { Cookie: string } => ({
  Cookie: response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; '),
});
