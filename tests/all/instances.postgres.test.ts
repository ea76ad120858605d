import { beforeAll, describe, expect, test } from 'vitest';

import { limits } from '../../server/limits/limits.ts';
import { addressOf, projectFolder, run, startLine, withNode } from '../support/process.ts';
import type { Running } from '../support/process.ts';
import { testDatabase } from '../support/test-database.ts';

const ada = { email: 'ada@example.com', password: 'correct horse battery' };

/** Several servers, each a process of its own, on one database. */
async function instances(count: number) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const project = stack.use(projectFolder());
  const env = {
    ...withNode(),
    PORT: '0',
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '4',
    TRUSTED_PROXIES: '127.0.0.1',
  };
  const started: Running[] = Array.from({ length: count }, () => stack.use(run(startLine, { cwd: project.path, env })));
  const urls = await Promise.all(started.map(async (server) => await addressOf(server)));
  return { urls, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

const post = async (url: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  await fetch(`${url}/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const me = async (url: string, token: string): Promise<number> =>
  (await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('three instances on one PostgreSQL', () => {
  let started: Awaited<ReturnType<typeof instances>>;
  beforeAll(async () => {
    started = await instances(3);
    return async () => await started[Symbol.asyncDispose]();
  });

  test('a session ended through one is refused by every other on its very next request', async () => {
    const { urls } = started;
    const [first = '', second = '', third = ''] = urls;
    await post(first, 'register', ada);
    for (let round = 0; round < 10; round += 1) {
      const { token } = await (await post(second, 'login', { ...ada, deliver: 'token' })).json();
      expect(await Promise.all(urls.map(async (url) => await me(url, token)))).toEqual([200, 200, 200]);
      expect((await post(third, 'logout', {}, { authorization: `Bearer ${token}` })).status).toBe(200);
      expect(await Promise.all(urls.map(async (url) => await me(url, token)))).toEqual([401, 401, 401]);
    }
  });

  test('together they allow no more guesses than one', async () => {
    const { urls } = started;
    const guesses = Array.from({ length: 60 }, async (_, index) => {
      const from = { 'x-forwarded-for': `2001:db8:${index.toString(16)}::1` };
      const wrong = { email: 'eve@example.com', password: `wrong ${index}` };
      return (await post(urls[index % urls.length] ?? '', 'login', wrong, from)).status;
    });
    const answers = await Promise.all(guesses);
    expect(answers.filter((status) => status === 401)).toHaveLength(limits['login.account'].free);
    expect(answers.filter((status) => status === 429)).toHaveLength(60 - limits['login.account'].free);
  });

  test('a network that one has blocked is blocked at the others', async () => {
    const { urls } = started;
    const from = { 'x-forwarded-for': '203.0.113.9' };
    const { most } = limits['login.address'];
    for (let guess = 0; guess < most; guess += 1)
      await post(urls[0] ?? '', 'login', { email: `user${guess}@example.com`, password: 'wrong horse' }, from);
    for (const url of urls) expect((await post(url, 'login', ada, from)).status).toBe(429);
  });
});

test('npm start on PostgreSQL runs the example of the README, and says which database it has, without the password', async () => {
  await using database = await testDatabase();
  using project = projectFolder();
  const url = new URL(database.url);
  url.password = 'canary';
  await using server = run('npm start', { cwd: project.path, env: { ...withNode(), DATABASE_URL: url.href } });
  const address = await addressOf(server);
  await using example = run('npm run example', { cwd: project.path, env: { ...withNode(), AUTH_URL: address } });
  expect((await example.ended).code).toBe(0);
  expect(example.printed()).toContain('Logged in as ada@example.com');
  expect(server.printed()).toContain(`Database postgres://${url.host}${url.pathname}`);
  expect(server.printed()).not.toContain('canary');
});
