import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { seconds } from '../../../server/kernel/clock.ts';
import { showsOnly } from '../../support/browser.ts';
import { followLink, isOfPage, signedIn, somebody, start, submit } from '../../support/examples.ts';
import type { Credentials, Started } from '../../support/examples.ts';
import { virtualAuthenticator } from '../../support/virtual-authenticator.ts';
import { ada } from '../../support/test-app.ts';

describe('second factors in examples/react, installed from the packed files', () => {
  let started: Started;
  beforeAll(async () => {
    started = await start('react');
  });
  afterAll(async () => await started[Symbol.asyncDispose]());

  const openAccount = async (page: Page, person: Credentials): Promise<void> => {
    await submit(page, 'Register', person);
    await showsOnly(page, signedIn(person));
    await followLink(page, 'My account');
  };
  /** From the account's page, which asks then to log in again. */
  const logOut = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await showsOnly(page, 'Log in');
  };
  const onAccount = async (page: Page): Promise<void> =>
    await page.getByRole('heading', { name: 'My account' }).waitFor();
  const press = async (page: Page, name: string): Promise<void> => await page.getByRole('button', { name }).click();
  /** Resolves to what waits until the page asks the browser for a passkey. */
  const nextPasskeyAsked = async (page: Page): Promise<() => Promise<unknown>> => {
    await page.evaluate(() => {
      const { credentials } = navigator;
      const get = credentials.get.bind(credentials);
      credentials.get = async (options) => {
        document.body.dataset['asked'] = 'yes';
        return await get(options);
      };
    });
    return async () => await page.locator('body[data-asked]').waitFor({ state: 'attached' });
  };
  const keptCodes = async (page: Page): Promise<string[]> => {
    const dialog = page.getByRole('dialog', { name: 'Your recovery codes' });
    await dialog.waitFor();
    // Nobody sees them a second time, so no key may close it.
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press('Escape'); // oxlint-disable-line no-await-in-loop
    await dialog.waitFor();
    const codes = await dialog.getByRole('listitem').allTextContents();
    await press(page, 'I have kept them');
    return codes;
  };
  /** What the app shows next: no code is taken twice. */
  const codesOf = (secret: string) => () => {
    started.app?.clock.forward(seconds(30));
    return new TOTP({ secret }).generate({ timestamp: started.app?.clock.now().getTime() ?? 0 });
  };

  test('an authenticator app is set up by its picture, asked for after the password, and replaced by a recovery code', async () => {
    await using person = await somebody();
    const page = await person.tab(started.url);
    await openAccount(page, ada);
    await press(page, 'Add an authenticator app');
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    const code = codesOf((await page.locator('code').first().textContent()) ?? '');
    await page.getByLabel('Code of your authenticator app').fill('000000');
    await press(page, 'Go on');
    await expect
      .poll(async () => await page.getByRole('alert').allTextContents())
      .toContain('This code is not right, or was used before.');
    await page.getByLabel('Code of your authenticator app').fill(code());
    await press(page, 'Go on');
    const codes = await keptCodes(page);
    expect(codes).toHaveLength(10);
    await page.getByText('10 recovery codes are left.').waitFor();
    await logOut(page);

    await submit(page, 'Log in', ada);
    await showsOnly(page, 'One more step');
    await page.getByLabel('Code of your authenticator app').fill(code());
    await press(page, 'Go on');
    await onAccount(page);
    await logOut(page);

    await submit(page, 'Log in', ada);
    await press(page, 'Use a recovery code');
    await page.getByLabel('One of your recovery codes').fill(codes[0]?.toUpperCase() ?? '');
    await press(page, 'Go on');
    await onAccount(page);
    await page.getByText('9 recovery codes are left.').waitFor();
    await press(page, 'Set up another one in its place');
    const other = codesOf((await page.locator('code').first().textContent()) ?? '');
    await page.getByLabel('Code of your authenticator app').fill(other());
    await press(page, 'Go on');
    await page.getByRole('button', { name: 'Set up another one in its place' }).waitFor();
    await press(page, 'Remove the authenticator app');
    await page.getByRole('button', { name: 'Add an authenticator app' }).waitFor();
    expect(person.complaints.filter(isOfPage)).toEqual([]);
  });

  test('a passkey is added, logs in by a button and from the field for the address, and is asked for after the password', async () => {
    await using person = await somebody();
    const page = await person.tab(started.url);
    const authenticator = await virtualAuthenticator(page);
    const grace = { ...ada, email: 'grace@example.com' };
    await openAccount(page, grace);
    await press(page, 'Add a passkey');
    expect(await keptCodes(page)).toHaveLength(10);
    await page.getByText('Passkeys').waitFor();
    // What is asked for now is not answered any more: so none is used before a button is pressed.
    await authenticator.agrees(false);
    const asked = await nextPasskeyAsked(page);
    await logOut(page);

    // By the field for the address. The button ends that, and asks anew.
    await asked();
    await authenticator.agrees(true);
    await press(page, 'Log in with a passkey');
    await onAccount(page);
    await authenticator.agrees(false);
    await logOut(page);

    await submit(page, 'Log in', grace);
    await showsOnly(page, 'One more step');
    await authenticator.agrees(true);
    await press(page, 'Use my passkey');
    await onAccount(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    // The browser's own list of passkeys has one, which its authenticator agrees to.
    await onAccount(page);
    expect(person.complaints.filter(isOfPage)).toEqual([]);
  });
});
