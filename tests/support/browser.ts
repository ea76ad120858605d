import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';

const timeout = 15_000;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Names for pages of foreign origins. Playwright's own routes will not do: with them it answers preflights itself.
  '--host-resolver-rules=MAP *.test 127.0.0.1',
];

let launched: Promise<Browser> | undefined;

/** A real Chromium, which the tests of one file share. */
export function theBrowser(): Promise<Browser> {
  launched ??= launch();
  return launched;
}

afterAll(async () => {
  const browser = await launched?.catch(() => undefined);
  await browser?.close();
});

async function launch(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium';
  if (existsSync(executablePath)) return await chromium.launch({ executablePath, args: flags });
  throw new Error(`Chromium is needed: apt-get install chromium, or set CHROMIUM_PATH (nothing at ${executablePath})`);
}

/** A page in a browser context of its own, which closes with it. */
export async function openPage(url: string): Promise<Page> {
  const browser = await theBrowser();
  const page = await browser.newPage();
  page.setDefaultTimeout(timeout);
  await page.goto(url);
  return page;
}

/** Waits until this heading is the only one that the page shows. */
export async function showsOnly(page: Page, heading: string): Promise<void> {
  const shown = async (): Promise<string[]> => await page.getByRole('heading').allTextContents();
  await expect.poll(shown, { timeout }).toEqual([heading]);
}

/** What the page says in its next alert(), which is closed. */
export async function nextAlert(page: Page): Promise<string> {
  const dialog = await page.waitForEvent('dialog');
  await dialog.accept();
  return dialog.message();
}

export interface ServedPage extends AsyncDisposable {
  port: number;
}

/** Serves one page at every address of a free loopback port. */
export async function servePage(html: string): Promise<ServedPage> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
