import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';
import type { BrowserServer } from 'playwright-core';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's Chromium is spoken to; `null` where there is none. */
    browser: string | null;
  }
}

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

// The first has no windows at all, and does the same in half the time.
const usual = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

let server: BrowserServer | undefined;

/** One Chromium for the whole run: a start takes longer than most tests. */
export async function setup(project: TestProject): Promise<void> {
  const executablePath = process.env['CHROMIUM_PATH'] || usual.find((path) => existsSync(path));
  if (executablePath) server = await chromium.launchServer({ executablePath, args: flags });
  project.provide('browser', server?.wsEndpoint() ?? null);
}

export async function teardown(): Promise<void> {
  await server?.close();
}
