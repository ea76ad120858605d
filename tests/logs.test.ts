import { inspect } from 'node:util';

import { expect, test } from 'vitest';

import { newToken } from '../server/kernel/token.ts';
import { ada, testApp } from './support/test-app.ts';

test('16.2.4 every entry is one line of JSON with a level, an event and a time in UTC', async () => {
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
