import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { procedures } from '../support/procedures.ts';
import { raw } from '../support/raw.ts';
import { textOf } from '../support/sources.ts';
import { testApp } from '../support/test-app.ts';

describe('the page at / of a server in development', () => {
  test('has every procedure of plain JSON with its input, its answer and its refusals', async () => {
    await using app = await testApp();
    const answer = await app.get('/');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const page = await answer.text();
    const plain = procedures.filter(({ type }) => type !== 'subscription');
    expect(plain.length).toBeGreaterThan(30);
    for (const { path } of plain) expect(page).toContain(`<details id="${path}">`);
    expect(page).toContain('email: string; // one e-mail address');
    expect(page).toContain('<li>409 EMAIL_TAKEN:');
    expect(page).toContain('name: string | null;');
    for (const odd of ['$ref', ': unknown;', '`auth.']) expect(page).not.toContain(odd);
  });

  test('lets a browser run and show nothing but what is on it', async () => {
    await using app = await testApp();
    const answer = await app.get('/');
    const page = await answer.text();
    const hashOf = (tag: string): string => {
      const [, text = ''] = new RegExp(`<${tag}[^>]*>(.+?)</${tag}>`, 's').exec(page) ?? [];
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src ${hashOf('script')}; style-src ${hashOf('style')}; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
    );
    expect(page.match(/<(script|style)\b/g)).toHaveLength(2);
  });

  test('3.2.2 shows what was sent and answered as text', async () => {
    const script = textOf('server/front-page/page.js');
    expect(script.match(/shown\.textContent/g)?.length).toBeGreaterThan(2);
    expect(script).not.toMatch(/HTML|document\.write|eval|Function|setAttribute/);
  });

  test('3.7.1 has nothing in it that browsers have given up', async () => {
    await using app = await testApp();
    const page = await (await app.get('/')).text();
    expect(page.startsWith('<!doctype html>')).toBe(true);
    const elements = new Set([...page.matchAll(/<([a-z]\w*)/g)].map(([, name = '']) => name));
    const known =
      'html head meta title style body main h1 h2 h3 p a code small form label input button pre details summary ul li script';
    expect([...elements].filter((name) => !known.split(' ').includes(name))).toEqual([]);
  });

  test('is not there in production, nor for anything but reading', async () => {
    await using app = await testApp();
    expect((await app.post('/', {})).status).toBe(404);
    await using open = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com' } });
    const answer = await open.get('/');
    expect([answer.status, (await answer.json()).reason]).toEqual([404, 'REQUEST_INVALID']);
  });

  test('is not there for whoever comes by the name of another machine, though PUBLIC_URL was forgotten', async () => {
    await using app = await testApp();
    const answer = await raw(app, 'GET / HTTP/1.1\r\nhost: auth.example.com\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });
});
