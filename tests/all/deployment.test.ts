import { expect, test } from 'vitest';

import { deployed } from '../support/deployed.ts';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { addressOf } from '../support/process.ts';
import { ada, testApp } from '../support/test-app.ts';

test.skipIf(!hasNginx)('nginx with deploy/nginx.conf shares the work between two instances', async () => {
  await using deployment = await deployed();
  await using migration = deployment.start('migrate');
  await migration.ended;
  const servers = [deployment.start('latchkey-1'), deployment.start('latchkey-2')];
  const ports = await Promise.all(servers.map(async (server) => Number(new URL(await addressOf(server)).port)));
  const metrics = await Promise.all(
    servers.map(async (server) => (await server.until(/Metrics at (http\S+?\/metrics)/))[1] ?? ''),
  );
  await using nginx = await startNginx(ports);

  const registered = await nginx.ask('/api/auth/register', { body: { ...ada, deliver: 'token' } });
  expect(registered.status).toBe(201);
  expect(registered.headers['strict-transport-security']).toContain('max-age');
  const authorization = `Bearer ${JSON.parse(registered.text).token}`;
  for (let time = 0; time < 10; time += 1)
    expect((await nginx.ask('/trpc/auth.me', { headers: { authorization } })).status).toBe(200);
  for (const url of metrics)
    expect(await (await fetch(url)).text()).toMatch(
      /^latchkey_calls_seconds_count\{procedure="auth.me",outcome="done"\} [1-9]/m,
    );

  // A stream that one instance has ends when the other one, or the same, ends its session.
  const login = await nginx.ask('/api/auth/login', { body: { ...ada, deliver: 'token' } });
  const other = { authorization: `Bearer ${JSON.parse(login.text).token}` };
  const begun = Promise.withResolvers<void>();
  // Its head comes before the session was looked at, this after it.
  const onData = (text: string): void => void (text.includes('"reason":"connected"') && begun.resolve());
  const stream = nginx.ask('/trpc/auth.sessions.changes', { headers: other, onData });
  await begun.promise;
  expect((await nginx.ask('/api/auth/logout', { body: {}, headers: other })).status).toBe(200);
  expect((await stream).text).toContain('event: return');

  // Whoever makes up addresses is still one network, and the log has the one that nginx saw.
  const guesses: number[] = [];
  for (let time = 0; time < 12; time += 1) {
    const headers = { 'x-forwarded-for': `203.0.113.${time}` };
    const body = { email: `${time}@example.com`, password: 'wrong horse battery' };
    guesses.push((await nginx.ask('/api/auth/login', { body, headers })).status);
  }
  expect(guesses).toEqual([...Array(10).fill(401), 429, 429]);
  for (const server of servers) expect(server.printed()).not.toContain('203.0.113.');

  for (const path of ['/livez', '/readyz', '/metrics']) expect((await nginx.ask(path)).status).toBe(404);
  for (let time = 0; time < 10; time += 1) {
    const tooLarge = [
      await nginx.ask('/api/auth/login', { body: { email: 'x'.repeat(70_000) } }),
      await nginx.ask('/api/auth/me', { headers: { 'x-much': 'x'.repeat(15_000) } }),
      await nginx.ask('/api/auth/me', {
        headers: Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`x-${n}`, 'x'.repeat(3000)])),
      }),
    ];
    expect(tooLarge.map(({ status }) => status)).toEqual([413, 400, 400]);
    expect((await nginx.ask('/readyz')).status).toBe(404);
    expect((await nginx.ask('/api/auth/me', { headers: { authorization } })).status).toBe(200);
  }

  // One of two goes: nobody who reads notices.
  process.kill(-(servers[0]?.child.pid ?? 0), 'SIGKILL');
  await servers[0]?.ended;
  const statuses: number[] = [];
  for (let time = 0; time < 20; time += 1)
    statuses.push((await nginx.ask('/trpc/auth.me', { headers: { authorization } })).status);
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test.skipIf(!hasNginx)('nginx refuses a flood of slow requests from one address until it is over', async () => {
  await using app = await testApp();
  await using nginx = await startNginx([Number(new URL(app.url).port), Number(new URL(app.url).port)]);
  // More than its limit, which is 100 at once.
  const slow = Array.from({ length: 150 }, () => nginx.begin('/api/auth/login'));
  await Promise.all(slow.map(async ({ begun }) => await begun));
  let last = 200;
  for (let looks = 0; last !== 429 && looks < 1000; looks += 1) last = (await nginx.ask('/api/auth/me')).status;
  expect(last).toBe(429);
  for (const one of slow) one.end();
  for (let looks = 0; last === 429 && looks < 1000; looks += 1) last = (await nginx.ask('/api/auth/me')).status;
  expect(last).toBe(200);
});
