import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { refusalOf, safe } from '../../client/index.ts';
import { openPage, servePage } from '../support/browser.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

describe('a page of a foreign site, while CORS_ORIGINS is set', () => {
  test.each(['omit', 'include'] as const)('registers nobody (credentials: %s)', async (credentials) => {
    await using opened = await open('http://evil.test', { listed: 'http://app.test' });
    const { app, page } = opened;
    expect(await send(page, `${app.url}/api/auth/register`, { credentials })).toBe('blocked');
    expect(await send(page, `${app.url}/trpc/auth.register`, { credentials })).toBe('blocked');
    expect(await isStored(app)).toBe(false);
    expect(await page.context().cookies()).toEqual([]);
  });

  test('registers nobody by a request that needs no preflight', async () => {
    await using opened = await open('http://evil.test', { listed: 'http://app.test' });
    const { app, page } = opened;
    for (const path of ['/api/auth/register', '/trpc/auth.register']) {
      const [failed, answer] = await Promise.all([
        page.waitForEvent('requestfailed'),
        send(page, app.url + path, { credentials: 'include', mode: 'no-cors' }),
      ]);
      // It was refused, as wire tests say; the browser keeps even that from the page, by the resource policy.
      expect(failed.url()).toBe(app.url + path);
      expect(failed.failure()?.errorText).toBe('net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin');
      expect(answer).toBe('blocked');
      expect(await page.context().cookies()).toEqual([]);
    }
    expect(await isStored(app)).toBe(false);
  });

  test('registers somebody when its origin is listed', async () => {
    await using opened = await open('http://app.test', { listed: 'http://app.test' });
    const { app, page } = opened;
    expect(await send(page, `${app.url}/api/auth/register`, { credentials: 'include' })).toContain(ada.email);
    expect(await isStored(app)).toBe(true);
  });
});

describe('a page of a foreign site, while CORS_ORIGINS is not set', () => {
  test('registers somebody, but gets no cookie', async () => {
    await using opened = await open('http://evil.test');
    const { app, page } = opened;
    const [response, answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      send(page, `${app.url}/api/auth/register`, { credentials: 'omit' }),
    ]);
    expect(answer).toContain(ada.email);
    expect(await response.headerValue('set-cookie')).toBeNull();
    expect(await page.context().cookies()).toEqual([]);
    expect(await isStored(app)).toBe(true);
  });

  test('may not call with cookies', async () => {
    await using opened = await open('http://evil.test');
    const { app, page } = opened;
    expect(await send(page, `${app.url}/api/auth/register`, { credentials: 'include' })).toBe('blocked');
    expect(await isStored(app)).toBe(false);
  });
});

describe.each([undefined, 'http://app.test'])('a page of a foreign site (CORS_ORIGINS: %s)', (listed) => {
  test('neither learns who is signed in nor logs them out', async () => {
    await using opened = await open('http://evil.test', { listed });
    const { app, page } = opened;
    const evil = page.url();
    const ours = evil.replace('evil.test', 'localhost');
    const me = `${app.url}/api/auth/me`;
    const logout = `${app.url}/api/auth/logout`;
    await page.goto(ours);
    await send(page, `${app.url}/api/auth/register`, { credentials: 'include' });
    expect(await read(page, me, 'include')).toContain(ada.email);

    await page.goto(evil);
    expect(await read(page, me, 'include')).toBe('blocked');
    expect(await read(page, me, 'omit')).toBe(listed ? 'blocked' : 'null');
    expect(await send(page, logout, { credentials: 'include' })).toBe('blocked');
    await send(page, logout, { credentials: 'include', mode: 'no-cors' });

    await page.goto(ours);
    expect(await read(page, me, 'include')).toContain(ada.email);
  });
});

describe('an answer', () => {
  test('opened as a page by somebody who is signed in is out of reach of every script', async () => {
    await using opened = await open('http://localhost');
    const { app, page } = opened;
    await send(page, `${app.url}/api/auth/register`, { credentials: 'include' });
    await page.goto(`${app.url}/api/auth/me`);
    expect(await page.evaluate(() => document.body.textContent)).toContain(ada.email);
    expect(await page.evaluate(() => self.origin)).toBe('null');
    expect(await read(page, `${app.url}/api/auth/me`, 'include')).toBe('blocked');
  });

  test.each(['http://localhost', 'http://evil.test'])('is no frame, image or script of a page on %s', async (site) => {
    await using opened = await open(site);
    const { app, page } = opened;
    const embed = async (kind: 'iframe' | 'img' | 'script'): Promise<string | undefined> => {
      const inPage = (wanted: { kind: string; src: string }): void =>
        document.body.append(Object.assign(document.createElement(wanted.kind), { src: wanted.src }));
      const [failed] = await Promise.all([
        page.waitForEvent('requestfailed'),
        page.evaluate(inPage, { kind, src: `${app.url}/api/auth/me` }),
      ]);
      return failed.failure()?.errorText;
    };
    for (const kind of ['iframe', 'img', 'script'] as const) expect(await embed(kind)).toContain('ERR_BLOCKED_BY');
  });
});

interface Opened extends AsyncDisposable {
  app: TestApp;
  page: Page;
}

async function open(site: string, { listed }: { listed?: string | undefined } = {}): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const { port } = stack.use(await servePage('<!doctype html><title>A page of somebody else</title>'));
  const app = stack.use(await testApp({ env: listed === undefined ? {} : { CORS_ORIGINS: `${listed}:${port}` } }));
  const page = stack.use(await openPage(`${site}:${port}/`));
  const kept = stack.move();
  return { app, page, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  credentials: 'omit' | 'include';
  mode?: 'cors' | 'no-cors';
}

/** The text of the answer as the page's script reads it, `blocked` where the browser does not let it. */
async function fetchFrom(page: Page, url: string, init: Sent): Promise<string> {
  const inPage = async (request: { url: string; init: Sent }): Promise<string> =>
    await fetch(request.url, request.init).then(
      async (response) => await response.text(),
      () => 'blocked',
    );
  return await page.evaluate(inPage, { url, init });
}

async function send(page: Page, url: string, how: Pick<Sent, 'credentials' | 'mode'>): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  return await fetchFrom(page, url, { method: 'POST', headers, body: JSON.stringify(ada), ...how });
}

async function read(page: Page, url: string, credentials: Sent['credentials']): Promise<string> {
  return await fetchFrom(page, url, { credentials });
}

async function isStored(app: TestApp): Promise<boolean> {
  const [answer, error] = await safe(app.client().login.mutate(ada));
  if (!answer) expect(refusalOf(error)?.reason).toBe('WRONG_CREDENTIALS');
  return answer !== undefined;
}
