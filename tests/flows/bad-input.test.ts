import { describe, expect, test } from 'vitest';

import { stored } from '../support/database.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const faces = ['/trpc/auth.', '/api/auth/'] as const;

const storedUsers = async (app: TestApp) => (await stored(app)).users;

/** The refusal in an answer of either face. */
async function refusalIn(response: Response): Promise<{ reason: string; fields?: Record<string, string[]> }> {
  const body = await response.json();
  return body.error?.data.refusal ?? body;
}

describe.each(faces)('bad input to %s…', (face) => {
  test.each([
    ['malformed JSON', '{"email":', {}, 400],
    ['JSON with a comma too many', '{"a":1,}', {}, 400],
    ['a wrong content type', JSON.stringify(ada), { 'content-type': 'text/plain' }, 415],
    ['an empty body', '', {}, 400],
    ['a JSON string', '"hello"', {}, 400],
    ['a JSON array', '[]', {}, 400],
    ['a JSON null', 'null', {}, 400],
    ['a body of 3 MB', 'a'.repeat(3_000_000), {}, 413],
    ['a body of 70 kB', JSON.stringify({ ...ada, name: 'a'.repeat(70_000) }), {}, 413],
  ])('%s is answered with its status, and the server lives', async (_what, body, headers, status) => {
    await using app = await testApp();
    const response = await app.post(`${face}register`, body, headers);
    expect(response.status).toBe(status);
    expect(await refusalIn(response)).toMatchObject({ reason: expect.stringMatching(/^(INPUT|REQUEST)_INVALID$/) });
    expect(await storedUsers(app)).toEqual([]);
    expect((await app.get('/livez')).status).toBe(200);
  });

  test.each([
    [['ada@example.com']],
    [{ address: 'ada@example.com' }],
    [42],
    [true],
    [null],
    [`${'a'.repeat(300)}@example.com`],
    ['"ada"@example.com'],
    ['ada@example.com,eve@evil.test'],
    ['ada@example.com\r\nBcc: eve@evil.test'],
    ['ada＠example.com'],
    ['ada.example.com'],
    ['ada\u0000@example.com'],
    ['ada\ud800@example.com'],
  ])('the e-mail address %j gives 400 that names the field, and nothing is stored', async (email) => {
    await using app = await testApp();
    for (const procedure of ['register', 'login']) {
      const response = await app.post(face + procedure, { ...ada, email });
      expect(response.status).toBe(400);
      const text = await response.clone().text();
      const refusal = await refusalIn(response);
      expect(refusal.reason).toBe('INPUT_INVALID');
      expect(Object.keys(refusal.fields ?? {})).toEqual(['email']);
      // No value is ever repeated.
      if (typeof email === 'string') expect(text).not.toContain(email.slice(0, 8));
    }
    expect(await storedUsers(app)).toEqual([]);
    expect(app.hashes()).toBe(0);
  });

  test.each([
    ['of 7 characters', 'a'.repeat(7), 'PASSWORD_TOO_SHORT'],
    ['of 257 characters', 'a'.repeat(257), 'INPUT_INVALID'],
    ['of more than 1,024 bytes', '😀'.repeat(256) + 'a', 'INPUT_INVALID'],
    ['of 60 kB', 'a'.repeat(60_000), 'INPUT_INVALID'],
    ['that is empty', '', 'INPUT_INVALID'],
    ['that is a number', 12345678, 'INPUT_INVALID'],
    ['with U+0000', 'pass\u0000word', 'INPUT_INVALID'],
    ['with a lone surrogate', 'pass\udfffword', 'INPUT_INVALID'],
  ])('a password %s gives 400 with its own refusal and is never hashed', async (_what, password, reason) => {
    await using app = await testApp();
    const response = await app.post(`${face}register`, { ...ada, password });
    expect(response.status).toBe(400);
    const refusal = await refusalIn(response);
    expect(refusal.reason).toBe(reason);
    if (reason === 'INPUT_INVALID') {
      expect(Object.keys(refusal.fields ?? {})).toEqual(['password']);
      expect((await app.post(`${face}login`, { ...ada, password })).status).toBe(400);
    }
    expect(app.hashes()).toBe(0);
    expect(await storedUsers(app)).toEqual([]);
  });

  test.each([
    '{"email":"ada@example.com","password":"correct horse battery","isAdmin":true}',
    '{"email":"ada@example.com","password":"correct horse battery","userId":"01a206d4-ffd6-7d39-b4b8-665215da9977"}',
    '{"email":"ada@example.com","password":"correct horse battery","id":"x","createdAt":0,"passwordHash":"x"}',
    '{"email":"ada@example.com","password":"correct horse battery","__proto__":{"isAdmin":true}}',
    '{"email":"ada@example.com","password":"correct horse battery","constructor":{"prototype":{"isAdmin":true}}}',
  ])('extra keys are refused by name and never stored: %s', async (body) => {
    await using app = await testApp();
    const response = await app.post(`${face}register`, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Is not known here.');
    expect(await storedUsers(app)).toEqual([]);
    expect('isAdmin' in {}).toBe(false);
  });

  test('a name is kept exactly or refused', async () => {
    await using app = await testApp();
    const register = async (name: string, index: number) =>
      await app.post(`${face}register`, { ...ada, email: `user${index}@example.com`, name });
    const kept = ['Ada Lovelace', '李小龍', '<b>Ada</b>', '\u202eadA', '${7*7}', '😀'.repeat(100)];
    const refused = ['a\u0000', '\ud800', 'a\r\nb', '\u001b[31mred', '😀'.repeat(101), ''];
    for (const [index, name] of kept.entries()) expect((await register(name, index)).status).toBeLessThan(300);
    for (const [index, name] of refused.entries()) expect((await register(name, 100 + index)).status).toBe(400);
    expect(await storedUsers(app)).toHaveLength(kept.length);
    expect(await storedUsers(app)).toMatchObject(kept.map((name) => ({ name })));
  });

  test('of two keys of one name the same one is checked and stored', async () => {
    await using app = await testApp();
    const body = '{"email":"first@example.com","email":"second@example.com","password":"correct horse battery"}';
    const response = await app.post(`${face}register`, body);
    expect(await response.text()).toContain('second@example.com');
    expect(await storedUsers(app)).toMatchObject([{ email: 'second@example.com' }]);
  });
});

describe('a batch', () => {
  test('of eleven calls is refused whole', async () => {
    await using app = await testApp();
    const inputs = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [index, ada]));
    const paths = Array(11).fill('auth.login').join(',');
    expect((await app.post(`/trpc/${paths}?batch=1`, inputs)).status).toBe(400);
    expect(app.hashes()).toBe(0);
  });

  test('does not sign in what a call beside it signed in', async () => {
    await using app = await testApp();
    const response = await app.post('/trpc/auth.register,auth.logout?batch=1', { 0: ada, 1: {} });
    expect(await response.json()).toMatchObject([
      { result: { data: { status: 'signedIn' } } },
      { result: { data: { status: 'signedOut' } } },
    ]);
  });
});

test('what tRPC refuses by itself repeats nothing of the request', async () => {
  await using app = await testApp();
  const answers = [
    await app.post('/trpc/auth.canary1', {}),
    await app.post('/trpc/auth.login', '{}', { 'content-type': 'canary2/x' }),
    await app.get('/trpc/auth.me?input=canary3'),
    await app.get('/trpc/%ff%canary4'),
    await app.get('/trpc/auth.me?batch=1&input=[canary5]'),
  ];
  for (const answer of answers) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    const body = await answer.text();
    expect(body).toMatch(/"message":"[^"]/);
    expect(body).not.toMatch(/"message":"[^"]*canary/);
  }
});
