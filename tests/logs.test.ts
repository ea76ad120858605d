import { inspect } from 'node:util';

import { expect, test } from 'vitest';

import { memoryStorage } from '../client/index.ts';
import { newToken } from '../server/kernel/token.ts';
import { ada, testApp } from './support/test-app.ts';

test('no e-mail address, password, name or token reaches the log', async () => {
  await using app = await testApp();
  const storage = memoryStorage();
  const auth = app.client({ storage });
  const tokens: (string | null)[] = [];
  await auth.register.mutate({ ...ada, name: 'Canary Name' });
  tokens.push(await storage.get());
  await auth.login.mutate(ada);
  tokens.push(await storage.get());
  await auth.me.query();
  await app.post('/api/auth/login', { ...ada, password: 'canary password' });
  await app.post('/api/auth/login', { email: 'canary@example.com', password: 'canary password' });
  await app.post('/api/auth/register', ada);
  await app.post('/api/auth/register', { ...ada, email: 'not an address canary' });
  await app.get('/api/auth/me', { authorization: 'Bearer canary' });
  await auth.logout.mutate();

  expect(app.logged()).toContain('"WRONG_CREDENTIALS"');
  for (const secret of [ada.email, ada.password, 'canary', 'Canary', ...tokens])
    expect(app.logged()).not.toContain(secret);
});

test('every entry is one line of JSON with a level, an event and a time in UTC', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  await app.post('/api/auth/login', { ...ada, password: 'wrong\nhorse' });
  const lines = app.logged().trim().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({
      level: expect.any(String),
      event: expect.any(String),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  }
});

test('a token prints as [secret], however it is printed', () => {
  const token = newToken();
  for (const printed of [String(token), JSON.stringify({ token }), inspect({ token })]) {
    expect(printed).toContain('[secret]');
    expect(printed).not.toContain(token.reveal());
  }
});
