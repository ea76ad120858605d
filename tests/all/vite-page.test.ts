import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { createServer } from 'vite';
import { describe, expect, test } from 'vitest';

import { hours } from '../../server/kernel/clock.ts';
import { openPage, showsOnly } from '../support/browser.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const repository = join(import.meta.dirname, '../..');
const signedIn = `Signed in as ${ada.email}`;

describe('a page of a Vite dev server on another port, with our client', () => {
  test('registers, and stays signed in over a reload', async () => {
    await using opened = await open();
    const { page } = opened;
    await submit(page, 'Register');
    await showsOnly(page, signedIn);
    await page.reload();
    await showsOnly(page, signedIn);
  });

  test('14.3.3 keeps the session in a cookie that no script can read, and nowhere else', async () => {
    await using opened = await open();
    const { page } = opened;
    await submit(page, 'Register');
    await showsOnly(page, signedIn);
    expect(await page.context().cookies()).toMatchObject([
      { name: 'latchkey_session', domain: 'localhost', path: '/', httpOnly: true, sameSite: 'Lax' },
    ]);
    const inReach = () => [document.cookie, Object.entries(localStorage), Object.entries(sessionStorage)];
    expect(await page.evaluate(inReach)).toEqual(['', [], []]);
    await page.context().clearCookies();
    await page.reload();
    await showsOnly(page, 'Not signed in');
  });

  test('14.3.1 logs out: nobody is signed in, and the cookie is gone', async () => {
    await using opened = await open();
    const { page } = opened;
    await submit(page, 'Register');
    await showsOnly(page, signedIn);
    await page.getByRole('button', { name: 'Log out' }).click();
    await showsOnly(page, 'Not signed in');
    expect(await page.context().cookies()).toEqual([]);
  });

  test('logs in to an account that there is already', async () => {
    await using opened = await open();
    await opened.app.client().register.mutate(ada);
    await submit(opened.page, 'Log in');
    await showsOnly(opened.page, signedIn);
  });

  test('gets no token to keep where scripts can reach it', async () => {
    await using opened = await open();
    const { app, page } = opened;
    await app.client().register.mutate(ada);
    await submit(page, 'Log in for a token');
    await showsOnly(page, 'TOKEN_NOT_FOR_PAGES');
    expect(await page.context().cookies()).toEqual([]);
  });

  test('hears once that its session has ended, and the cookie is gone', async () => {
    await using opened = await open();
    const { app, page } = opened;
    await submit(page, 'Register');
    await showsOnly(page, signedIn);
    app.clock.forward(hours(24 * 31));
    await page.reload();
    await showsOnly(page, 'SESSION_ENDED');
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await showsOnly(page, 'Not signed in');
  });

  test('is not signed in for another person on the same machine', async () => {
    await using opened = await open();
    await submit(opened.page, 'Register');
    await showsOnly(opened.page, signedIn);
    await using other = await openPage(opened.page.url());
    await showsOnly(other, 'Not signed in');
  });

  test('loads nothing of the server', async () => {
    await using opened = await open();
    const { page } = opened;
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await page.reload();
    await showsOnly(page, 'Not signed in');
    expect(loaded.filter((path) => path.includes(`${repository}/client/`))).not.toEqual([]);
    expect(loaded.filter((path) => path.includes(`${repository}/server/`))).toEqual([]);
  });
});

interface Opened extends AsyncDisposable {
  app: TestApp;
  page: Page;
}

async function open(): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await testApp());
  const address = await serveVite(stack);
  const page = stack.use(await openPage(`${address}?server=${app.url}`));
  // The first question is answered, so that its answer does not come in between.
  await showsOnly(page, 'Not signed in');
  const kept = stack.move();
  return { app, page, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

async function serveVite(stack: AsyncDisposableStack): Promise<string> {
  const vite = await createServer({
    root: join(import.meta.dirname, 'pages/vite'),
    configFile: false,
    logLevel: 'warn',
    // Bundling the dependencies would write a cache; reloading would disturb a test while somebody edits.
    optimizeDeps: { noDiscovery: true },
    server: { port: 0, host: 'localhost', ws: false, hmr: false, watch: null },
  });
  stack.defer(async () => await vite.close());
  await vite.listen();
  return vite.resolvedUrls?.local[0] ?? '';
}

async function submit(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder('E-mail').fill(ada.email);
  await page.getByPlaceholder('Password').fill(ada.password);
  await page.getByRole('button', { name, exact: true }).click();
}
