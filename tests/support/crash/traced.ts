import { readFileSync } from 'node:fs';

import { expect } from 'vitest';

import { ada } from '../test-app.ts';
import { createCaller } from './call.ts';
import { folderOnDisk, isOnDisk } from './real-disk.ts';
import { startServer } from './server-process.ts';
import type { ServerOptions } from './server-process.ts';
import { eventsIn, tracer, untraceable } from './trace.ts';
import type { Event } from './trace.ts';

/** Why it cannot be seen here whether an answer waits for the disk, `undefined` where it can. */
export const obstacle = untraceable() ?? (isOnDisk() ? undefined : 'the project is not on a disk');
if (obstacle) console.warn(`Whether an answer waits for the disk is not tested: ${obstacle}.`);

/** What the kernel was asked while somebody registered, logged in, logged out and asked who they are. */
export async function traced(options: Partial<ServerOptions> = {}): Promise<Event[]> {
  using folder = folderOnDisk();
  const trace = folder.file('trace');
  const databaseUrl = `file:${folder.file('userAuth.db')}`;
  await using server = await startServer({ databaseUrl, runner: tracer(trace), ...options });
  using call = createCaller(() => server.url);
  expect((await call('/readyz'))?.status).toBe(200);
  expect((await call('/api/auth/register', { body: ada }))?.status).toBe(201);
  const login = await call('/api/auth/login', { body: { ...ada, deliver: 'token' } });
  const token = String(login?.body['token']);
  expect((await call('/api/auth/me', { token }))?.status).toBe(200);
  expect((await call('/api/auth/logout', { body: {}, token }))?.status).toBe(200);
  await server.stop();
  return fromFirstAnswer(eventsIn(readFileSync(trace, 'utf8')));
}

/** Without what it does when it starts and when it ends. */
const fromFirstAnswer = (events: Event[]): Event[] =>
  events.slice(events.indexOf('answered') + 1, events.lastIndexOf('answered') + 1);
