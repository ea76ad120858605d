import { describe, expect, test } from 'vitest';

import { crawl } from '../support/crawl.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

const production = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };

test('4.1.1 every answer with a body says that it is JSON, and it is: in UTF-8, and whole', async () => {
  await using app = await testApp();
  const name = 'Zoë 😀 \u2003';
  const answers = [await app.post('/api/auth/register', { ...ada, name }), ...(await crawl(app))];
  const cookie = answers.map(cookieOf)[0] ?? '';
  answers.push(
    await app.get('/trpc/auth.me', { cookie }),
    await app.post('/trpc/auth.me', 'x', { 'content-type': 'x' }),
  );
  const texts = await Promise.all(
    answers.map(async (answer) => {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await answer.arrayBuffer());
      if (text === '') return '';
      // A stream is UTF-8 by definition as well, and what it says is JSON: tests/flows/live.test.ts reads it.
      if (answer.headers.get('content-type') === 'text/event-stream') return '';
      // The page for developers, which production has not.
      if (answer.url === `${app.url}/` && answer.status === 200) return '';
      // JSON is UTF-8 by definition (RFC 8259 §8.1), so tRPC may leave the charset out.
      expect(answer.headers.get('content-type')).toMatch(/^application\/json(; charset=utf-8)?$/);
      return JSON.stringify(JSON.parse(text));
    }),
  );
  expect(texts.filter((text) => text.includes(JSON.stringify(name)))).toHaveLength(2);
});

test('4.1.2 a call over plain http is not led on to https, so that nobody sends passwords in clear text unnoticed', async () => {
  await using app = await testApp({ env: production });
  const plain = { 'x-forwarded-proto': 'http', forwarded: 'proto=http', 'upgrade-insecure-requests': '1' };
  const answers = ['/', '/livez', '/api/auth/me', '/trpc/auth.me'].map(
    async (path) => await fetch(app.url + path, { headers: plain, redirect: 'manual' }),
  );
  for (const answer of await Promise.all([...answers, app.post('/api/auth/register', ada, plain)])) {
    expect([200, 201, 404]).toContain(answer.status);
    expect(answer.headers.get('location')).toBeNull();
  }
});

describe('without trusted proxies', () => {
  const alone = { TRUSTED_PROXIES: ' ' };

  test.each(['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'True-Client-IP', 'CF-Connecting-IP', 'X-Client-IP'])(
    '4.1.3 nobody gets another address by the header %s',
    async (header) => {
      await using app = await testApp({ env: alone });
      const answers: number[] = [];
      for (let index = 0; index < 11; index += 1) {
        const address = header === 'Forwarded' ? `for=203.0.113.${index}` : `203.0.113.${index}`;
        const body = { ...ada, email: `user${index}@example.com` };
        const one = { 'x-forwarded-for': '', [header.toLowerCase()]: address };
        answers.push((await app.post('/api/auth/login', body, one)).status);
      }
      expect(answers).toEqual([...Array(10).fill(401), 429]);
    },
  );

  test('4.1.3 nor another host, protocol, path or method', async () => {
    await using app = await testApp({ env: { ...alone, ...production, CORS_ORIGINS: 'https://shop.example.com' } });
    const forged = {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/api/auth/logout',
      'x-rewrite-url': '/api/auth/logout',
      'x-http-method-override': 'GET',
      forwarded: 'host=evil.test;proto=http',
    };
    const signedIn = await app.post('/api/auth/register', ada, forged);
    expect(signedIn.status).toBe(201);
    const [cookie] = signedIn.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-.*; Secure$/);
    expect(JSON.stringify([...signedIn.headers])).not.toContain('evil');
    expect((await app.post('/api/auth/login', ada, { ...forged, origin: 'https://evil.test' })).status).toBe(403);
    await using plain = await testApp({ env: alone });
    const secured = await plain.post('/api/auth/register', ada, { ...forged, 'x-forwarded-proto': 'https' });
    expect(cookieOf(secured)).toMatch(/^latchkey_session=/);
  });
});
