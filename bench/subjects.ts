import type { ChildProcess } from 'node:child_process';

import { portOf, startChild } from './children.ts';
import { cookiesOf, get, loggingIn, password, post, reader, send } from './requests.ts';
import type { Request } from './requests.ts';
import { noopAnswer } from './servers/noop.ts';
import { serveShipped } from './shipped-server.ts';

/** A server, and one thing that it is asked for. */
export interface Subject {
  server: ChildProcess;
  request: Request;
}

export interface Latchkey {
  me: Subject;
  /** `me` of nobody who is signed in: no database is asked. */
  nobody: Subject;
  login: Subject;
  wrongLogin: Subject;
}

/** With two accounts, of which one is signed in. */
export async function startLatchkey(folder: string, settings: Record<string, string> = {}): Promise<Latchkey> {
  const server = serveLatchkey(folder, settings);
  const port = await portOf(server);
  await send(port, '/api/auth/register', { email: loggingIn, password });
  const registered = await send(port, '/api/auth/register', { email: reader, password, deliver: 'token' });
  // Our own server's answer; without a token no `me` would be right, and the run would end.
  const { token } = (await registered.json()) as { token: string };
  const login = post(port, '/trpc/auth.login', { email: loggingIn, password });
  const refused = post(port, '/trpc/auth.login', { email: loggingIn, password: `not the ${password}` });
  return {
    me: { server, request: get(port, { path: '/trpc/auth.me', contains: reader, headers: bearer(token) }) },
    nobody: { server, request: get(port, { path: '/trpc/auth.me', contains: noopAnswer }) },
    login: { server, request: login },
    wrongLogin: { server, request: { ...refused, status: 401, contains: '"error"' } },
  };
}

/** With its database in a file of that folder, unless another is named. */
export const serveLatchkey = (folder: string, settings: Record<string, string> = {}): ChildProcess =>
  serveShipped(folder, { DATABASE_URL: 'file:./bench.db', ...settings });

/** Servers of this folder that answer without a session. */
export async function startBare(name: 'bare-http' | 'bare-trpc' | 'trpc-fastify'): Promise<Subject> {
  const server = startChild(`./servers/${name}.ts`, { env: production });
  return { server, request: get(await portOf(server), { path: '/trpc/host.noop', contains: noopAnswer }) };
}

export async function startJose(): Promise<Subject> {
  const server = startChild('./servers/jose-http.ts', { env: production });
  const port = await portOf(server);
  const token = await (await send(port, '/token')).text();
  return { server, request: get(port, { path: '/', contains: reader, headers: bearer(token) }) };
}

/** A peer that has sessions, and its own hash of passwords. */
export interface Peer {
  me: Subject;
  login: Subject;
}

/** @param database a file, or the address of a PostgreSQL */
export async function startBetterAuth(database: string, cookieCache = false): Promise<Peer> {
  const env = { ...production, BENCH_DATABASE: database, BENCH_COOKIE_CACHE: cookieCache ? 'on' : '' };
  const server = startChild('./peers/better-auth.ts', { env });
  const port = await portOf(server);
  await send(port, '/api/auth/sign-up/email', { email: loggingIn, password, name: 'Bench' });
  const registered = await send(port, '/api/auth/sign-up/email', { email: reader, password, name: 'Me' });
  return {
    me: {
      server,
      request: get(port, { path: '/api/auth/get-session', contains: reader, headers: cookiesOf(registered) }),
    },
    login: { server, request: post(port, '/api/auth/sign-in/email', { email: loggingIn, password }) },
  };
}

export async function startExpress(database: string): Promise<Peer> {
  const server = startChild('./peers/express-session.ts', { env: { ...production, BENCH_DATABASE: database } });
  const port = await portOf(server);
  await send(port, '/register', { email: loggingIn, password });
  await send(port, '/register', { email: reader, password });
  const signedIn = await send(port, '/login', { email: reader, password });
  return {
    me: { server, request: get(port, { path: '/me', contains: reader, headers: cookiesOf(signedIn) }) },
    login: { server, request: post(port, '/login', { email: loggingIn, password }) },
  };
}

// Express and Better Auth do less where they are told so.
const production = { ...process.env, NODE_ENV: 'production' };

const bearer = (token: string): { Authorization: string } => ({ Authorization: `Bearer ${token}` });
