import { join } from 'node:path';

import { build } from 'esbuild';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { expect, test } from 'vitest';

import { seconds } from '../../server/kernel/clock.ts';
import { servePage, showsOnly, theBrowser } from '../support/browser.ts';
import { complete, linkedToken } from '../support/reset-links.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';
import { testDatabase } from '../support/test-database.ts';
import type { LivePage } from './pages/live/main.ts';

declare const page: LivePage;

const signedIn = `Signed in as ${ada.email}`;

/** A browser of one person: what it keeps is not another's. */
interface Visitor {
  tab(): Promise<Page>;
  /** How many streams its tabs have open. */
  streams(): number;
}

interface Opened extends AsyncDisposable {
  browser(server: string): Promise<Visitor>;
}

async function open(): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const entryPoints = [join(import.meta.dirname, 'pages/live/main.ts')];
  const define = { 'process.env.NODE_ENV': '"production"' };
  const bundle = await build({ entryPoints, define, bundle: true, minify: true, format: 'esm', write: false });
  const script = bundle.outputFiles[0]?.text.replaceAll('</script', String.raw`<\/script`);
  const served = stack.use(await servePage(`<!doctype html><body></body><script type="module">${script}</script>`));

  const browser: Opened['browser'] = async (server) => {
    const context: BrowserContext = await (await theBrowser()).newContext();
    kept.defer(async () => await context.close());
    context.setDefaultTimeout(seconds(15));
    const streaming = new Set<Request>();
    const isStream = (url: string): boolean => url.includes('/auth.sessions.changes');
    context.on('request', (request) => isStream(request.url()) && streaming.add(request));
    context.on('requestfinished', (request) => streaming.delete(request));
    context.on('requestfailed', (request) => streaming.delete(request));
    return {
      // Of a tab that is closed nobody says that its requests have ended.
      streams: () => [...streaming].filter((request) => !request.frame().page().isClosed()).length,
      async tab() {
        const opened = await context.newPage();
        await opened.goto(`http://localhost:${served.port}/?server=${server}`);
        return opened;
      },
    };
  };
  const kept = stack.move();
  return { browser, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

const logIn = async (tab: Page): Promise<unknown> =>
  await tab.evaluate(async (credentials) => await page.auth.login.mutate(credentials), { ...ada });
const logOut = async (tab: Page): Promise<unknown> => await tab.evaluate(async () => await page.auth.logout.mutate());

/** Every page shows it, though none asks by itself: a page that polled would do so once a minute at most. */
async function atOnce(tabs: Page[], heading: string): Promise<void> {
  await Promise.all(tabs.map(async (tab) => await tab.getByRole('heading', { name: heading, exact: true }).waitFor()));
}

async function ended(app: TestApp): Promise<void> {
  const user = await app.auth.users.find({ email: ada.email });
  await app.auth.users.endSessions(user?.id ?? '');
}

test('three tabs and a second browser show at once what happened elsewhere, by one stream each', async () => {
  await using app = await testApp();
  await app.client().register.mutate(ada);
  await using opened = await open();
  const [first, second] = [await opened.browser(app.url), await opened.browser(app.url)];
  const tabs = [await first.tab(), await first.tab(), await first.tab()] as const;
  const other = await second.tab();
  const all = [...tabs, other];
  const begin = async (): Promise<void> => {
    for (const tab of [tabs[0], other]) await logIn(tab);
    for (const tab of all) await showsOnly(tab, signedIn);
    for (const browser of [first, second]) await expect.poll(() => browser.streams()).toBe(1);
  };

  await begin();
  await ended(app);
  await atOnce(all, 'signedOut');
  for (const browser of [first, second]) await expect.poll(() => browser.streams()).toBe(0);

  await begin();
  await complete(app, await linkedToken(app, ada.email), ada.password);
  await atOnce(all, 'signedOut');

  await begin();
  await logOut(tabs[1]);
  await atOnce([...tabs], 'signedOut');
  // The session of another device goes on.
  await showsOnly(other, signedIn);
});

test('when the tab that listens is closed, another one listens', async () => {
  await using app = await testApp();
  await app.client().register.mutate(ada);
  await using opened = await open();
  const browser = await opened.browser(app.url);
  const tabs = [await browser.tab(), await browser.tab()] as const;
  await logIn(tabs[0]);
  for (const tab of tabs) await showsOnly(tab, signedIn);
  await tabs[0].close();
  const third = await browser.tab();
  await showsOnly(third, signedIn);
  await expect.poll(() => browser.streams()).toBe(1);
  await ended(app);
  await atOnce([tabs[1], third], 'signedOut');
});

test('after a restart of the server pages connect again, and show what is true', async () => {
  await using database = await testDatabase();
  const app = await testApp({ database });
  await app.client().register.mutate(ada);
  await using opened = await open();
  const browser = await opened.browser(app.url);
  const tabs = [await browser.tab(), await browser.tab()] as const;
  await logIn(tabs[0]);
  for (const tab of tabs) await showsOnly(tab, signedIn);
  await expect.poll(() => browser.streams()).toBe(1);
  const db = await app.db();
  await db.orm.delete(db.tables.sessions);
  await app[Symbol.asyncDispose]();
  await using again = await testApp({ database, env: { PORT: new URL(app.url).port } });
  expect(again.url).toBe(app.url);
  for (const tab of tabs) await showsOnly(tab, 'signedOut');
});
