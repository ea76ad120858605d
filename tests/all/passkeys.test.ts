import { join } from 'node:path';

import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { hours } from '../../server/kernel/clock.ts';
import { servePage, theBrowser } from '../support/browser.ts';
import { virtualAuthenticator } from '../support/virtual-authenticator.ts';
import type { VirtualAuthenticator } from '../support/virtual-authenticator.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';
import type { PasskeysPage } from './pages/passkeys/main.ts';

declare const page: PasskeysPage;

interface Opened extends AsyncDisposable {
  app: TestApp;
  tab: Page;
  /** Chromium's own authenticator, in the place of a finger on a sensor. */
  authenticator: VirtualAuthenticator;
}

async function open(): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await testApp());
  const entryPoints = [join(import.meta.dirname, 'pages/passkeys/main.ts')];
  const bundle = await build({ entryPoints, bundle: true, minify: true, format: 'esm', write: false });
  const script = bundle.outputFiles[0]?.text.replaceAll('</script', String.raw`<\/script`);
  const form = '<form><label>E-mail <input autocomplete="username webauthn"></label></form>';
  const served = stack.use(await servePage(`<!doctype html>${form}<script type="module">${script}</script>`));
  const context = stack.adopt(await (await theBrowser()).newContext(), async (opened) => await opened.close());
  context.setDefaultTimeout(15_000);
  const tab = await context.newPage();
  const authenticator = await virtualAuthenticator(tab);
  await tab.goto(`http://localhost:${served.port}/?server=${app.url}`);
  const kept = stack.move();
  return { app, tab, authenticator, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** Registers somebody in the page, and adds a passkey. */
const addPasskey = async ({ tab }: Opened) =>
  await tab.evaluate(async (person) => {
    await page.auth.register.mutate(person);
    const made = await page.createPasskey(await page.auth.passkeys.startRegistration.mutate());
    return await page.auth.passkeys.register.mutate({ ...made, name: 'A sensor' });
  }, ada);

const logOut = async ({ tab }: Opened) => await tab.evaluate(async () => await page.auth.logout.mutate());
const me = async ({ tab }: Opened) => await tab.evaluate(async () => await page.auth.me.query());

describe('a passkey in Chromium', () => {
  test('is made, and signs in by itself', async () => {
    await using opened = await open();
    const added = await addPasskey(opened);
    expect(added).toMatchObject({ status: 'passkeyAdded', passkey: { name: 'A sensor' } });
    expect(added.recoveryCodes).toHaveLength(10);
    await logOut(opened);
    await opened.tab.evaluate(async () => {
      const used = await page.usePasskey(await page.auth.passkeys.startSignIn.mutate());
      await page.auth.passkeys.signIn.mutate(used);
    });
    expect((await me(opened))?.session.factors).toEqual(['passkey']);
  });

  test('is offered in the field for the address, and signs in from there', async () => {
    await using opened = await open();
    await addPasskey(opened);
    await logOut(opened);
    await opened.tab.evaluate(async () => {
      const used = await page.usePasskey(await page.auth.passkeys.startSignIn.mutate(), { autofill: true });
      await page.auth.passkeys.signIn.mutate(used);
    });
    expect((await me(opened))?.user.email).toBe(ada.email);
  });

  test('completes a login after the password', async () => {
    await using opened = await open();
    await addPasskey(opened);
    await logOut(opened);
    await opened.tab.evaluate(async (person) => {
      const answer = await page.auth.login.mutate(person);
      if (answer.status !== 'factorNeeded') throw new Error('The password was enough');
      const { proof } = answer;
      const used = await page.usePasskey(await page.auth.factors.challenge.mutate({ proof }));
      await page.auth.factors.prove.mutate({ proof, factor: { method: 'passkey', ...used } });
    }, ada);
    expect((await me(opened))?.session.factors).toEqual(['password', 'passkey']);
  });

  test('shows again who is there', async () => {
    await using opened = await open();
    await addPasskey(opened);
    opened.app.clock.forward(hours(1));
    const outcome = await opened.tab.evaluate(async () => {
      const [, before] = await page.safe(page.auth.sessions.revokeOthers.mutate());
      const used = await page.usePasskey(await page.auth.factors.startVerification.mutate());
      await page.auth.factors.verify.mutate({ factor: { method: 'passkey', ...used } });
      return [before?.message, (await page.auth.sessions.revokeOthers.mutate()).status];
    });
    expect(outcome).toEqual([expect.stringContaining('Show that it is you'), 'revoked']);
  });

  test('whose owner was not verified signs nobody in by itself', async () => {
    await using opened = await open();
    await addPasskey(opened);
    await logOut(opened);
    await opened.authenticator.verifies(false);
    const because = await opened.tab.evaluate(async () => {
      const error = await page
        .usePasskey(await page.auth.passkeys.startSignIn.mutate())
        .catch((caught: unknown) => caught);
      return error instanceof page.NoPasskey ? error.because : String(error);
    });
    expect(because).toBe('cancelled');
    expect(await me(opened)).toBeNull();
  });

  test('is not made twice on one device, which says so', async () => {
    await using opened = await open();
    await addPasskey(opened);
    const because = await opened.tab.evaluate(async () => {
      const error = await page
        .createPasskey(await page.auth.passkeys.startRegistration.mutate())
        .catch((caught: unknown) => caught);
      return error instanceof page.NoPasskey ? error.because : String(error);
    });
    expect(because).toBe('known');
  });
});
