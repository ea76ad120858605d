import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import express from 'express';
import { refusalOf, safe } from 'latchkey/client';

import { appRouter, auth } from './app.ts';
import { exportAll } from './export.ts';
import { welcomeEverybody } from './listeners.ts';
import { ownClientOf, storageIn } from './native.ts';
import { helpAfterLoss, invite, makeAdmin } from './operators.ts';
import { appRouter as others } from './procedures.ts';
import { serve } from './serve.ts';
import { withReport } from './route.ts';
import { clientOf } from './token-file.ts';
import { signOutElsewhere } from './verify-again.ts';

const server = createServer(
  createHTTPHandler({ router: appRouter, createContext: auth.createContext, basePath: '/trpc/' }),
);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const folder = await mkdtemp(join(tmpdir(), 'pieces-'));
const ada = { email: 'ada@example.com', password: 'correct horse battery' };

after(async () => {
  await auth.close();
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});

test('a program keeps its token in a file that only its user reads', async () => {
  const file = join(folder, 'token');
  await writeFile(file, '', { mode: 0o644 });
  await clientOf(url, file).register.mutate(ada);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const later = clientOf(url, file);
  assert.equal((await later.me.query())?.user.email, ada.email);
  const { user } = await exportAll(later);
  assert.equal(user.email, ada.email);
  await clientOf(url, join(folder, 'another')).login.mutate(ada);
  assert.equal(await signOutElsewhere(later, async () => ada.password), 1);
  await later.logout.mutate();
  await assert.rejects(stat(file));
});

test('an app keeps its token in a store of secrets, and its own calls have it', async () => {
  const kept = new Map<string, string>();
  const storage = storageIn({
    getItemAsync: async (key) => kept.get(key) ?? null,
    setItemAsync: async (key, value) => void kept.set(key, value),
    deleteItemAsync: async (key) => void kept.delete(key),
  });
  const client = ownClientOf(`${url}/trpc`, storage);
  const [, error] = await safe(client.myEmail.query());
  assert.equal(refusalOf(error)?.reason, 'NOT_SIGNED_IN');
  await client.auth.login.mutate(ada);
  assert.equal(kept.size, 1);
  assert.equal(await client.myEmail.query(), ada.email);
});

test('what wants a factor is refused to who has none', async () => {
  const nobody = others.createCaller(auth.createContext({ req: new Request(url), resHeaders: new Headers() }));
  await assert.rejects(nobody.pay(), /Log in first/);
  await assert.rejects(nobody.deleteNotes(), /Log in first/);
});

test('an operator invites, and hears of who came', async () => {
  const welcomed: string[] = [];
  welcomeEverybody(async (userId) => void welcomed.push(userId));
  assert.match(await invite('grace@example.com'), /^http:\/\/localhost:3000\/reset-password#token=/);
  assert.equal(await invite('grace@example.com'), 'There is one already.');
  const grace = await auth.users.find({ email: 'grace@example.com' });
  assert.ok(grace);
  await makeAdmin(grace.id);
  await helpAfterLoss(grace.id);
  await auth.runJobs();
  assert.deepEqual(welcomed, [grace.id]);
});

test('a host says whether its database answers', async () => {
  const host = serve(0);
  await new Promise((resolve) => host.once('listening', resolve));
  const { port } = host.address() as AddressInfo;
  assert.equal((await fetch(`http://localhost:${port}/readyz`)).status, 200);
  host.close();
  host.closeAllConnections();
});

test('a route without tRPC knows who asks, and express.json() may stand before the router', async () => {
  const app = express();
  app.use(express.json());
  app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext: auth.createContext }));
  app.use(withReport());
  const host = app.listen(0);
  await new Promise((resolve) => host.once('listening', resolve));
  const { port } = host.address() as AddressInfo;
  const answer = await fetch(`http://localhost:${port}/trpc/auth.login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ada),
  });
  const [cookie = ''] = answer.headers.getSetCookie()[0]?.split(';') ?? [];
  const report = await fetch(`http://localhost:${port}/report.csv`, { headers: { cookie } });
  assert.equal(await report.text(), `who\n${ada.email}\n`);
  assert.equal((await fetch(`http://localhost:${port}/report.csv`)).status, 401);
  host.close();
  host.closeAllConnections();
});
