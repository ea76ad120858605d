import { createServer } from 'node:http';

import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { expect, inject } from 'vitest';

const timeout = 15_000;

let connected: Promise<Browser> | undefined;

/** The one real Chromium of the run. */
export function theBrowser(): Promise<Browser> {
  connected ??= connect();
  return connected;
}

async function connect(): Promise<Browser> {
  const url = inject('browser');
  if (url) return await chromium.connect(url);
  throw new Error('Chromium is needed: apt-get install chromium-headless-shell, or set CHROMIUM_PATH');
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
