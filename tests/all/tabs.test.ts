import { join } from 'node:path';

import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { hours } from '../../server/kernel/clock.ts';
import { servePage, showsOnly, theBrowser } from '../support/browser.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';
import type { TabsPage } from './pages/tabs/main.ts';

declare const page: TabsPage;

const signedIn = `Signed in as ${ada.email}`;

/** One browser of one person, with as many tabs as a test opens. */
interface Opened extends AsyncDisposable {
  app: TestApp;
  context: BrowserContext;
  tab(options?: { server?: string; isWaiting?: boolean }): Promise<Tab>;
}

interface Tab {
  page: Page;
  /** How often it has asked `me` so far. */
  asked(): number;
}

async function open(): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await testApp());
  await app.client().register.mutate(ada);
  const entryPoints = [join(import.meta.dirname, 'pages/tabs/main.ts')];
  const define = { 'process.env.NODE_ENV': '"production"' };
  const bundle = await build({ entryPoints, define, bundle: true, minify: true, format: 'esm', write: false });
  const script = bundle.outputFiles[0]?.text.replaceAll('</script', String.raw`<\/script`);
  const served = stack.use(await servePage(`<!doctype html><body></body><script type="module">${script}</script>`));
  const context = stack.adopt(await (await theBrowser()).newContext(), async (opened) => await opened.close());
  context.setDefaultTimeout(15_000);

  const tab: Opened['tab'] = async ({ server = app.url, isWaiting = false } = {}) => {
    const tab = await context.newPage();
    let count = 0;
    tab.on('request', (request) => {
      if (request.method() === 'GET' && request.url().includes('/auth.me')) count += 1;
    });
    await tab.goto(`http://localhost:${served.port}/?server=${server}${isWaiting ? '&wait' : ''}`);
    return { page: tab, asked: () => count };
  };
  const kept = stack.move();
  return { app, context, tab, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

const logIn = async (tab: Tab): Promise<unknown> =>
  await tab.page.evaluate(async (credentials) => await page.auth.login.mutate(credentials), { ...ada });
const logOut = async (tab: Tab): Promise<unknown> =>
  await tab.page.evaluate(async () => await page.auth.logout.mutate());

/** What the browser does when another tab is chosen, with the time that passes meanwhile. */
async function setHidden(tab: Tab, isHidden: boolean, milliseconds = 0): Promise<void> {
  await tab.page.evaluate(
    ([isHidden, milliseconds]) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + milliseconds;
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    },
    [isHidden, milliseconds] as const,
  );
}

/** Time for whatever might still be sent: two requests, one after the other. */
async function quiet(tab: Tab): Promise<void> {
  for (let count = 0; count < 2; count += 1)
    await tab.page.evaluate(async (url) => await fetch(url), new URL(tab.page.url()).origin);
}

describe('tabs of one browser', () => {
  test('follow each other’s logins and logouts, each with one question', async () => {
    await using opened = await open();
    const tabs = [await opened.tab(), await opened.tab(), await opened.tab()] as const;
    for (const { page } of tabs) await showsOnly(page, 'signedOut');
    expect(tabs.map((tab) => tab.asked())).toEqual([1, 1, 1]);

    await logIn(tabs[0]);
    for (const { page } of tabs) await showsOnly(page, signedIn);
    await logOut(tabs[1]);
    for (const { page } of tabs) await showsOnly(page, 'signedOut');
    for (const tab of tabs) await quiet(tab);
    // The tab that logged out knows without asking.
    expect(tabs.map((tab) => tab.asked())).toEqual([3, 2, 3]);
  });

  test('tell each other nothing but that something has changed', async () => {
    await using opened = await open();
    const [tab, other] = [await opened.tab(), await opened.tab()];
    await showsOnly(tab.page, 'signedOut');
    await other.page.evaluate((name) => {
      const heard: unknown[] = [];
      new BroadcastChannel(name).addEventListener('message', ({ data }) => heard.push(data));
      Object.assign(globalThis, { heard });
    }, `latchkey ${opened.app.url}/trpc auth`);
    await logIn(tab);
    await logOut(tab);
    await expect.poll(async () => await other.page.evaluate('heard')).toEqual([null, null]);
  });

  test('hear from one of them that the session has ended', async () => {
    await using opened = await open();
    const [tab, other] = [await opened.tab(), await opened.tab()];
    await logIn(tab);
    await showsOnly(other.page, signedIn);
    opened.app.clock.forward(hours(24 * 31));
    await tab.page.evaluate(async () => await page.auth.me.query().catch(() => undefined));
    await showsOnly(tab.page, 'signedOut');
    await showsOnly(other.page, 'signedOut');
  });

  test('of one server are not disturbed by those of another', async () => {
    await using opened = await open();
    await using second = await testApp();
    const [tab, other] = [await opened.tab(), await opened.tab({ server: second.url })];
    await showsOnly(other.page, 'signedOut');
    const before = other.asked();
    await logIn(tab);
    await quiet(other);
    expect(other.asked()).toBe(before);
  });
});

describe('a tab that comes back', () => {
  test('asks once after a minute out of sight, and not after less', async () => {
    await using opened = await open();
    const tab = await opened.tab();
    await logIn(tab);
    await showsOnly(tab.page, signedIn);
    const before = tab.asked();
    await setHidden(tab, true);
    await setHidden(tab, false, 59_000);
    await quiet(tab);
    expect(tab.asked()).toBe(before);

    opened.app.clock.forward(hours(24 * 31));
    await setHidden(tab, true);
    await setHidden(tab, false, 60_000);
    await tab.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow')));
    await showsOnly(tab.page, 'signedOut');
    await quiet(tab);
    expect(tab.asked()).toBe(before + 1);
  });

  test('by the back button asks once, however short it was away', async () => {
    await using opened = await open();
    const tab = await opened.tab();
    await showsOnly(tab.page, 'signedOut');
    await setHidden(tab, true);
    await tab.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await quiet(tab);
    expect(tab.asked()).toBe(1);
    await setHidden(tab, false);
    await tab.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await expect.poll(() => tab.asked()).toBe(2);
  });

  test('asks nothing while it is out of sight, and then what it has missed', async () => {
    await using opened = await open();
    const [tab, other] = [await opened.tab(), await opened.tab()];
    await showsOnly(other.page, 'signedOut');
    await setHidden(other, true);
    await logIn(tab);
    await quiet(other);
    expect(other.asked()).toBe(1);
    await setHidden(other, false);
    await showsOnly(other.page, signedIn);
    expect(other.asked()).toBe(2);
  });

  test('and has had no network asks when there is one', async () => {
    await using opened = await open();
    const tab = await opened.tab({ isWaiting: true });
    await opened.context.setOffline(true);
    await tab.page.evaluate(() => page.start());
    await showsOnly(tab.page, 'loading');
    await expect.poll(() => tab.asked()).toBe(1);
    await opened.context.setOffline(false);
    await showsOnly(tab.page, 'signedOut');
    expect(tab.asked()).toBe(2);
  });

  test('and was stopped does nothing', async () => {
    await using opened = await open();
    const [tab, other] = [await opened.tab(), await opened.tab()];
    await showsOnly(other.page, 'signedOut');
    await other.page.evaluate(() => page.session.stop());
    await logIn(tab);
    await setHidden(other, true);
    await setHidden(other, false, 60_000);
    await quiet(other);
    expect(other.asked()).toBe(1);
  });
});

test('a component renders again when something has changed, and only then', async () => {
  await using opened = await open();
  const tab = await opened.tab();
  await showsOnly(tab.page, 'signedOut');
  expect(await tab.page.evaluate(() => page.renders())).toBe(2);
  await tab.page.evaluate(async () => await page.session.refresh());
  expect(await tab.page.evaluate(() => page.renders())).toBe(2);
  await logIn(tab);
  await showsOnly(tab.page, signedIn);
  expect(await tab.page.evaluate(() => page.renders())).toBe(3);
});
