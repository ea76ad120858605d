import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { nextAlert, openPage, servePage, showsOnly } from '../support/browser.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const file = join(import.meta.dirname, 'pages/seed.html');
const disk = 'opened from disk';
const otherOrigin = 'served from another http origin';

describe.each([disk, otherOrigin])('a page written for the old backend, %s', (where) => {
  test('shows the login form first', async () => {
    await using opened = await open(where);
    await showsOnly(opened.page, 'Log in');
  });

  test('switches between the forms by a link', async () => {
    await using opened = await open(where);
    const { page } = opened;
    await page.getByRole('link', { name: 'No account yet?' }).click();
    await showsOnly(page, 'Register');
    await page.getByRole('link', { name: 'Have an account already?' }).click();
    await showsOnly(page, 'Log in');
  });

  test('shows the success page to whoever registers', async () => {
    await using opened = await open(where);
    const { app, page } = opened;
    const [request] = await Promise.all([page.waitForRequest(/register/), register(page)]);
    await showsOnly(page, 'Welcome');
    // Otherwise the browser did not have to ask the server whether this page may call.
    expect(await request.headerValue('origin')).toBe(where === disk ? 'null' : new URL(page.url()).origin);
    expect(await app.client().login.mutate(ada)).toMatchObject({ user: { email: ada.email } });
  });

  test('shows the success page to whoever logs in', async () => {
    await using opened = await open(where);
    const { app, page } = opened;
    await app.client().register.mutate(ada);
    await submit(page, 'Log in', ada);
    await showsOnly(page, 'Welcome');
  });

  test('returns to the login form at logout, and logs in again', async () => {
    await using opened = await open(where);
    const { page } = opened;
    await register(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await showsOnly(page, 'Log in');
    await submit(page, 'Log in', ada);
    await showsOnly(page, 'Welcome');
  });

  test('says "Invalid credentials" in an alert when the password is wrong', async () => {
    await using opened = await open(where);
    const { app, page } = opened;
    await app.client().register.mutate(ada);
    const [said] = await Promise.all([nextAlert(page), submit(page, 'Log in', { ...ada, password: 'not the one' })]);
    expect(said).toBe('Invalid credentials');
    await showsOnly(page, 'Log in');
  });

  test('says in an alert that an e-mail address has an account already', async () => {
    await using opened = await open(where);
    const { app, page } = opened;
    await app.client().register.mutate(ada);
    const [said] = await Promise.all([nextAlert(page), register(page)]);
    expect(said).toBe('This e-mail address has an account already. Log in, or use another address.');
    await showsOnly(page, 'Register');
  });

  test('says in an alert that a password is too short', async () => {
    await using opened = await open(where);
    const { page } = opened;
    const [said] = await Promise.all([nextAlert(page), register(page, { ...ada, password: 'short' })]);
    expect(said).toBe('Choose a password of at least 8 characters.');
  });
});

interface Opened extends AsyncDisposable {
  app: TestApp;
  page: Page;
}

async function open(where: string): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await testApp());
  let address = pathToFileURL(file).href;
  if (where === otherOrigin) {
    const { port } = stack.use(await servePage(readFileSync(file, 'utf8')));
    address = `http://127.0.0.1:${port}/`;
  }
  const page = stack.use(await openPage(`${address}?port=${new URL(app.url).port}`));
  const kept = stack.move();
  return { app, page, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

type Credentials = Record<'email' | 'password', string>;

async function register(page: Page, credentials: Credentials = ada): Promise<void> {
  await page.getByRole('link', { name: 'No account yet?' }).click();
  await submit(page, 'Register', credentials);
}

async function submit(page: Page, name: 'Log in' | 'Register', { email, password }: Credentials): Promise<void> {
  const form = page.locator('form', { has: page.getByRole('heading', { name }) });
  await form.getByPlaceholder('E-mail').fill(email);
  await form.getByPlaceholder('Password').fill(password);
  await form.getByRole('button', { name }).click();
}
