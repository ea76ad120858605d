import { text } from 'node:stream/consumers';

import type { Download, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

import { showsOnly, theBrowser } from './browser.ts';
import { consumer } from './consumer.ts';
import { freePort } from './postgres-cluster.ts';
import { testApp } from './test-app.ts';
import type { TestApp } from './test-app.ts';

export const signedOut = 'Not signed in';
export const signedIn = ({ email }: Credentials): string => `Signed in as ${email}`;
export type Name = 'page' | 'react' | 'express';
export type Credentials = Record<'email' | 'password', string>;

/** An example as a reader has it after the commands of its README. */
export interface Started extends AsyncDisposable {
  url: string;
  until(pattern: RegExp): Promise<unknown>;
  /** The server that it asks, where that is one of its own. */
  app?: TestApp;
}

export async function start(name: Name): Promise<Started> {
  await using stack = new AsyncDisposableStack();
  const project = stack.use(await consumer(name, { from: 'examples' }));
  const port = await freePort();
  const app =
    name === 'express' ? undefined : stack.use(await testApp({ env: { APP_URL: `http://localhost:${port}` } }));
  await project.run(`${app ? `VITE_AUTH_URL=${app.url} ` : ''}npm run build`);
  const vite = name === 'page' ? 'npm run dev --' : 'npx vite preview';
  const command = app ? `VITE_AUTH_URL=${app.url} ${vite} --port ${port} --strictPort` : `PORT=${port} npm start`;
  const server = stack.use(await project.serve(command));
  const kept = stack.move();
  return { ...server, ...(app && { app }), [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** One browser of one person, and what its pages have complained of. */
export async function somebody(): Promise<AsyncDisposable & { complaints: string[]; tab(url: string): Promise<Page> }> {
  const context = await (await theBrowser()).newContext();
  context.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) complaints.push(said.text());
  });
  return {
    complaints,
    async tab(url) {
      const page = await context.newPage();
      await page.goto(url);
      await showsOnly(page, signedOut);
      return page;
    },
    [Symbol.asyncDispose]: async () => await context.close(),
  };
}

/** The form of that name, which may be on a page of its own. */
export async function formIn(page: Page, name: string): Promise<Locator> {
  const form = page.getByRole('form', { name });
  const isThere = (await form.count()) > 0;
  if (!isThere) await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  return form;
}

export async function submit(page: Page, name: 'Log in' | 'Register', { email, password }: Credentials): Promise<void> {
  const form = await formIn(page, name);
  await form.getByLabel('E-mail').fill(email);
  await form.getByLabel('Password').fill(password);
  await form.getByRole('button', { name }).click();
}

export const alerts = (page: Page) => async () => (await page.getByRole('alert').allTextContents()).join('');

/** Presses links one after the other. */
export async function followLink(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) await page.getByRole('link', { name, exact: true }).first().click();
}

/** What the page says of what was done. */
export const said = (page: Page) => async () => (await page.getByRole('status').allTextContents()).join('');

/** A browser says of every answer that is a refusal that it could not load something. */
export const isOfPage = (complaint: string): boolean => !complaint.startsWith('Failed to load resource');

/** The link to that page in the last mail to somebody. */
export async function mailedLink({ app, url }: Started, email: string, path: string): Promise<string> {
  const links = (await app?.mails())?.flatMap(({ to, text }) => (to === email ? (text.match(/http\S+/g) ?? []) : []));
  const link = links?.findLast((one) => one.startsWith(`${url}${path}#token=`));
  if (!link) throw new Error(`No mail to ${email} has a link to ${path}`);
  return link;
}

/** Follows the link in the last mail to somebody, and presses the button of its page. */
export const pressesIn =
  (page: Page, started: Started) =>
  async (to: string, path: string, button: string, heading: string): Promise<void> => {
    await page.goto(await mailedLink(started, to, path));
    expect(await addressOf(page)).not.toContain('token');
    await page.getByRole('button', { name: button }).click();
    await showsOnly(page, heading);
  };

/** What the address bar shows, and what the browser keeps beside it. */
export const addressOf = async (page: Page): Promise<string> =>
  await page.evaluate(() => `${location.href} ${JSON.stringify(history.state)}`);

export const hasFocus = async (where: Locator): Promise<boolean> =>
  await where.evaluate((element) => element === document.activeElement);

export async function textOf(download: Download): Promise<string> {
  return await text(await download.createReadStream());
}

/** What the fields of e-mail and password tell the browser of themselves. */
export async function hints(form: Locator): Promise<(string | null)[]> {
  const of = async (label: string) => await form.getByLabel(label).getAttribute('autocomplete');
  return [await of('E-mail'), await of('Password')];
}

/** The same of each of these. */
export const hintsOf = async (inputs: Locator): Promise<(string | null)[]> =>
  await inputs.evaluateAll((all) => all.map((one) => one.getAttribute('autocomplete')));

/** What a screen reader says with a field besides its label. */
export const under = (page: Page, label: string) => async (): Promise<string> => {
  const id = await page.getByLabel(label).getAttribute('aria-describedby');
  return await page.locator(`id=${id}`).innerText();
};
