import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hours } from '../../../server/kernel/clock.ts';
import { showsOnly } from '../../support/browser.ts';
import {
  addressOf,
  alerts,
  followLink,
  formIn,
  hasFocus,
  hints,
  hintsOf,
  isOfPage,
  mailedLink,
  pressesIn,
  said,
  signedIn,
  signedOut,
  somebody,
  start,
  submit,
  textOf,
  under,
} from '../../support/examples.ts';
import type { Name, Started } from '../../support/examples.ts';
import { ada } from '../../support/test-app.ts';

const grace = { email: 'grace@example.com', password: 'compilers are fun' };

/** What each example promises. */
function promisesOf(name: Name): () => Started {
  let started: Started;
  beforeAll(async () => {
    started = await start(name);
  });
  afterAll(async () => await started[Symbol.asyncDispose]());

  test('registers and logs in; a reload and a second tab know of it, also when it is over', async () => {
    await using person = await somebody();
    const [page, other] = [await person.tab(started.url), await person.tab(started.url)];
    await submit(page, 'Register', ada);
    for (const tab of [page, other]) await showsOnly(tab, signedIn(ada));
    await page.reload();
    await showsOnly(page, signedIn(ada));
    await page.getByRole('button', { name: 'Log out' }).click();
    for (const tab of [page, other]) await showsOnly(tab, signedOut);
    await submit(other, 'Log in', ada);
    for (const tab of [page, other]) await showsOnly(tab, signedIn(ada));
    expect(person.complaints).toEqual([]);
  });

  test('says what is wrong in a sentence', async () => {
    await using person = await somebody();
    const page = await person.tab(started.url);
    await submit(page, 'Log in', { ...grace, password: 'not the one' });
    await expect.poll(alerts(page)).toMatch(/No account has|Invalid credentials/);
    await submit(page, 'Register', { ...grace, password: 'short' });
    await expect.poll(alerts(page)).toMatch(/8 characters/);
    expect(await page.getByRole('button', { name: 'Log out' }).count()).toBe(0);
  });

  test('6.2.6 hides what is typed as a password', async () => {
    await using person = await somebody();
    const page = await person.tab(started.url);
    for (const name of ['Log in', 'Register']) {
      const fields = (await formIn(page, name)).locator('input[autocomplete$="-password"]');
      expect(await fields.evaluateAll((all) => all.map((one) => one.getAttribute('type')))).toEqual(['password']);
    }
  });

  test('6.2.7 tells password managers what each field is, and takes what is pasted', async () => {
    await using person = await somebody();
    const page = await person.tab(started.url);
    expect(await hints(await formIn(page, 'Register'))).toEqual(['username', 'new-password']);
    const form = await formIn(page, 'Log in');
    expect(await hints(form)).toEqual([expect.stringMatching(/^username( webauthn)?$/), 'current-password']);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(async (text) => await navigator.clipboard.writeText(text), ada.password);
    await form.getByLabel('Password').focus();
    await page.keyboard.press('Control+V');
    expect(await form.getByLabel('Password').inputValue()).toBe(ada.password);
  });

  test('7.4.4 has a button to log out in sight wherever somebody is signed in', async () => {
    await using person = await somebody();
    const page = await person.tab(started.url);
    await submit(page, 'Register', { ...ada, email: `${name}@example.com` });
    const logOut = page.getByRole('button', { name: 'Log out' });
    await logOut.waitFor();
    await page.reload();
    await logOut.waitFor();
  });

  test('14.2.3 asks no third party for anything', async () => {
    await using person = await somebody();
    const page = await person.tab(started.url);
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    await submit(page, 'Log in', { ...grace, email: `${name}@example.com`, password: ada.password });
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    expect(urls.filter((url) => !/^(http:..localhost:|data:)/.test(url))).toEqual([]);
  });

  return () => started;
}

describe('examples/page, installed from the packed files', () => void promisesOf('page'));

describe('examples/react, installed from the packed files', () => {
  const started = promisesOf('react');

  test('says what is wrong under its field, and sends nothing that it knows to be wrong', async () => {
    await using person = await somebody();
    const page = await person.tab(started().url);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await submit(page, 'Register', { email: 'grace', password: '' });
    await expect.poll(under(page, 'E-mail')).toBe('Must be one e-mail address.');
    expect(await under(page, 'Password')()).toBe('Must not be empty.');
    expect(sent).toEqual([]);

    await submit(page, 'Register', { ...grace, password: 'password123' });
    await expect.poll(under(page, 'Password')).toContain('among the first');
    expect(await under(page, 'E-mail')()).toBe('');
    expect(sent).not.toEqual([]);
  });

  test('has a page for all that somebody does with an account, from its first day to its last', async () => {
    const katherine = { email: 'katherine@example.com', password: 'orbit by hand, 1962' };
    const [reset, last] = ['go-around by hand', 'splashdown in the Atlantic'];
    await using person = await somebody();
    const { url } = started();
    const page = await person.tab(url);
    await submit(page, 'Register', katherine);
    await showsOnly(page, signedIn(katherine));
    await page.getByRole('button', { name: 'Log out' }).click();

    await followLink(page, 'Log in', 'I have forgotten my password');
    await page.getByLabel('E-mail').fill(katherine.email);
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await expect.poll(said(page)).toContain('is on its way');
    await page.goto(await mailedLink(started(), katherine.email, '/reset-password'));
    expect(await addressOf(page)).not.toContain('token');
    await page.getByRole('textbox', { name: 'New password' }).fill(reset);
    await page.getByRole('button', { name: 'Change my password' }).click();
    await showsOnly(page, 'Your password is changed');
    await submit(page, 'Log in', { ...katherine, password: reset });
    await showsOnly(page, signedIn(katherine));

    await using elsewhere = await somebody();
    const other = await elsewhere.tab(url);
    await submit(other, 'Log in', { ...katherine, password: reset });
    await showsOnly(other, signedIn(katherine));
    await followLink(page, 'My account');
    const sessions = page.getByRole('region', { name: 'My sessions' }).getByRole('listitem');
    await expect.poll(async () => await sessions.count()).toBe(2);
    expect(await sessions.filter({ hasText: 'This one' }).count()).toBe(1);
    await page.getByRole('button', { name: /^End the session of Chrome .* on Linux$/ }).click();
    await expect.poll(async () => await sessions.allTextContents()).toEqual([expect.stringContaining('This one')]);
    await showsOnly(other, signedOut);

    const password = page.getByRole('region', { name: 'Password' });
    expect(await hintsOf(password.locator('input'))).toEqual(['username', 'current-password', 'new-password']);
    await password.getByLabel('Current password').fill(katherine.password);
    await password.getByLabel('New password').fill(last);
    await password.getByRole('button').click();
    await expect.poll(alerts(page)).toBe('This is not your password.');
    await password.getByLabel('Current password').fill(reset);
    await password.getByRole('button').click();
    await expect.poll(said(page)).toContain('Everywhere else you are signed out');
    expect(await password.getByLabel('New password').inputValue()).toBe('');

    await page.getByText('Delete my account…').click();
    await page.getByRole('button', { name: 'Delete it for good' }).click();
    await showsOnly(page, 'Your account is deleted');
    await submit(page, 'Log in', { ...katherine, password: last });
    await expect.poll(alerts(page)).toContain('No account has');
    expect(person.complaints.filter(isOfPage)).toEqual([]);
  });

  test('asks for the password where it was not shown lately, and then does what was wanted', async () => {
    const mary = { email: 'mary@example.com', password: 'wind tunnel at four feet' };
    await using person = await somebody();
    const page = await person.tab(started().url);
    await submit(page, 'Register', mary);
    await showsOnly(page, signedIn(mary));
    await followLink(page, 'My account');
    started().app?.clock.forward(hours(2));

    const [button, dialog] = [page.getByRole('button', { name: 'Download my data' }), page.getByRole('dialog')];
    const { keyboard } = page;
    await button.press('Enter');
    await dialog.waitFor();
    await keyboard.press('Escape');
    await expect.poll(alerts(page)).toContain('Nothing was done');
    expect(await hasFocus(button)).toBe(true);
    await keyboard.press('Enter');
    await dialog.waitFor();
    await keyboard.type('not the one');
    await keyboard.press('Enter');
    await expect.poll(alerts(page)).toContain('not your password');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type(mary.password);
    const [saved] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
    expect(await textOf(saved)).toContain(mary.email);
    expect(await hasFocus(button)).toBe(true);
    expect(person.complaints.filter(isOfPage)).toEqual([]);
  });

  test('confirms an address, changes it and restores it by the links in mails', async () => {
    const dorothy = { email: 'dorothy@example.com', password: 'FORTRAN in the west wing' };
    const changed = 'vaughan@example.com';
    await using person = await somebody();
    const page = await person.tab(started().url);
    await submit(page, 'Register', dorothy);
    await showsOnly(page, signedIn(dorothy));
    const follow = pressesIn(page, started());
    await followLink(page, 'My account');
    await page.getByRole('button', { name: 'Confirm this address' }).click();
    await expect.poll(said(page)).toContain('is on its way');
    await follow(dorothy.email, '/verify-email', 'Confirm my address', 'Your address is confirmed');

    await followLink(page, 'My account');
    expect(await page.getByRole('button', { name: 'Confirm this address' }).count()).toBe(0);
    await page.getByLabel('New address').fill(changed);
    await page.getByRole('button', { name: 'Change my address' }).click();
    await expect.poll(said(page)).toContain('when you open the link');
    await follow(changed, '/confirm-email', 'Use this address', 'Your address is changed');
    await page.goto(started().url);
    await showsOnly(page, signedIn({ ...dorothy, email: changed }));
    await follow(dorothy.email, '/undo-email', 'Restore my address', 'Your address is restored');
    await page.goto(started().url);
    await showsOnly(page, signedOut);
    expect(person.complaints.filter(isOfPage)).toEqual([]);
  });

  test('says what helps where the link of a mail is over, and has no button where there is none', async () => {
    await using person = await somebody();
    const page = await person.tab(started().url);
    const main = page.getByRole('main');
    const ways = { '/verify-email': '/resend', '/confirm-email': '/account', '/undo-email': null };
    for (const [path, to] of Object.entries(ways)) {
      await page.goto(`${started().url}${path}`);
      await main.getByText('This page needs the link of our mail').waitFor();
      expect(await main.getByRole('button').count()).toBe(0);
      await page.evaluate((token) => location.assign(`#token=${token}`), 'A'.repeat(43));
      await main.getByRole('button').click();
      await expect.poll(alerts(page)).toBe('This link has expired, was used, or a newer one was sent.');
      expect(await main.getByRole('link').evaluateAll((all) => all[0]?.getAttribute('href') ?? null)).toBe(to);
    }
    expect(person.complaints.filter(isOfPage)).toEqual([]);
  });

  test('changes name and language, and says what has happened', async () => {
    const annie = { email: 'annie@example.com', password: 'Centaur upper stage' };
    await using person = await somebody();
    const page = await person.tab(started().url);
    await submit(page, 'Register', annie);
    await showsOnly(page, signedIn(annie));
    await followLink(page, 'My account');
    await page.getByRole('textbox', { name: 'Name' }).fill('Annie');
    await page.getByLabel('Language of mails').selectOption('Deutsch');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(said(page)).toContain('Saved.');
    const events = page.getByRole('region', { name: 'Recent events' }).getByRole('listitem');
    await expect.poll(async () => (await events.allTextContents())[0]).toContain('Name or language changed');
    await page.reload();
    await expect.poll(async () => await page.getByLabel('Language of mails').inputValue()).toBe('de');
    await followLink(page, 'Your app');
    await showsOnly(page, 'Signed in as Annie');
    expect(person.complaints).toEqual([]);
  });
});

describe('examples/express, installed from the packed files', () => {
  const started = promisesOf('express');

  test('keeps notes for whoever wrote them, and hears who has registered', async () => {
    const opened = [];
    for (const [who, note] of [
      [{ email: 'edsger@example.com', password: 'a case against goto' }, 'Mail from the airport'],
      [grace, 'A moth in relay 70'],
    ] as const) {
      const person = await somebody();
      const page = await person.tab(started().url);
      await submit(page, 'Register', who);
      await showsOnly(page, signedIn(who));
      await page.getByLabel('Note').fill(note);
      await page.getByRole('button', { name: 'Add' }).click();
      opened.push({ person, page, note });
    }
    for (const { person, page, note } of opened) {
      await page.reload();
      await expect.poll(async () => await page.getByRole('listitem').allTextContents()).toEqual([note]);
      expect(person.complaints).toEqual([]);
      await person[Symbol.asyncDispose]();
    }
    await started().until(/Welcome [\da-f-]{36}[^]*Welcome [\da-f-]{36}/);
  });
});
